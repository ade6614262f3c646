import Foundation
import Plan
import Runtime
import Testing
import Training

/// A StackGAN graph compiled at a size that runs in a moment, with inputs for its iteration.
struct TinyStackGAN {
  let folder: ScratchFolder
  let plan: Plan

  /// - Parameter conditionName: what the graph calls the dimension of its condition.
  init(_ graph: String, _ sets: [String] = [], conditionName: String = "ef_dim") throws {
    folder = try ScratchFolder()
    var sizes = ["batch=4", "text_dim=6", "z_dim=4", "gf_dim=4", "df_dim=1"]
    if graph.contains("tensorflow") { sizes.append("image_size=16") }
    let overrides = (sizes + ["\(conditionName)=4"]).filter { size in
      !sets.contains { $0.prefix { $0 != "=" } == size.prefix { $0 != "=" } }
    }
    try Self.succeed(
      ["compile", Repository.path(graph), "-o", "model.plan", "--quiet"]
        + (overrides + sets).flatMap { ["--set", $0] }, in: folder)
    plan = try PlanFile.decode(Array(folder.bytes(of: "model.plan")))
  }

  // MARK: Running

  /// One iteration of `train`.
  ///
  /// - Parameters:
  ///   - scalars: scheduled numbers to replace.
  ///   - weights: states that do not start with their first values.
  ///   - save: names of values to write besides the reports; the losses always are.
  func iterate(
    _ scalars: [String: Float] = [:], weights: [(String, HostTensor)] = [], save: [String] = []
  ) throws -> SafetensorsFile {
    var inputs = scalars.map { ($0.key, HostTensor(shape: [], [$0.value])) }
    for input in try plan.program("train").inputs where input.source == .caller {
      let shape = try plan.program("train").tensors[input.tensor.index].shape
      inputs.append((input.name, Self.spread(shape)))
    }
    return try run("train", inputs: inputs, weights: weights, save: save + ["*_loss"])
  }

  /// One run of a program; the state behind it goes to `after.safetensors`.
  func run(
    _ program: String, inputs: [(String, HostTensor)], weights: [(String, HostTensor)] = [],
    startingFrom state: String? = nil, save: [String] = [], seed: Int = 0
  ) throws -> SafetensorsFile {
    try SafetensorsFile.write(inputs, to: folder.path("inputs.safetensors"))
    var arguments = [
      "run", "model.plan", program, "--inputs", "inputs.safetensors", "--outputs",
      "values.safetensors", "--state-out", "after.safetensors", "--seed", "\(seed)",
    ]
    if !save.isEmpty { arguments += ["--save", save.joined(separator: ",")] }
    if let state { arguments += ["--weights", state] }
    if !weights.isEmpty {
      try SafetensorsFile.write(weights, to: folder.path("weights.safetensors"))
      arguments += ["--weights", "weights.safetensors"]
    }
    try Self.succeed(arguments, in: folder)
    return try SafetensorsFile.read(path: folder.path("values.safetensors"))
  }

  /// Numbers from -1 to 1 without a pattern that a network could see.
  private static func spread(_ shape: [Int]) -> HostTensor {
    let places = 0..<shape.reduce(1, *)
    let numbers: [Float] = places.map { place in
      Float((place * 7919 + 13) % 2003) / 1001 - 1
    }
    return HostTensor(shape: shape, numbers)
  }

  private static func succeed(_ arguments: [String], in folder: ScratchFolder) throws {
    let invocation = try Invocation(arguments: arguments, in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
  }

  // MARK: Looking

  func shape(of state: String) throws -> [Int] {
    try #require(plan.states.first { $0.name == state }).shape
  }

  func count(of state: String) throws -> Int { try shape(of: state).reduce(1, *) }

  /// `kl_loss` where mu and the logarithm are the same everywhere.
  func divergence(_ mu: Float, _ logarithm: Float) throws -> Float {
    let half = try count(of: "generator/ca.fc.bias") / 2
    let bias = [Float](repeating: mu, count: half) + [Float](repeating: logarithm, count: half)
    let weight = [Float](repeating: 0, count: try count(of: "generator/ca.fc.weight"))
    let values = try iterate(weights: [
      ("generator/ca.fc.bias", HostTensor(shape: [2 * half], bias)),
      (
        "generator/ca.fc.weight",
        HostTensor(shape: try shape(of: "generator/ca.fc.weight"), weight)
      ),
    ])
    return try values.tensor("kl_loss").floats[0]
  }

  /// Writes the first values of everything to `before.safetensors`: what a program leaves that updates nothing.
  func writeFirstState() throws {
    let text = HostTensor(shape: [4, 6], [Float](repeating: 0, count: 24))
    _ = try run("sample", inputs: [("text", text)])
    try FileManager.default.moveItem(
      at: folder.url("after.safetensors"), to: folder.url("before.safetensors"))
  }

  /// The networks of which an iteration changes any state of this role.
  ///
  /// - Parameter optimizers: those whose rate is 0.
  func changedNetworks(
    silencing optimizers: [String], role: StateDeclaration.Role = .parameter
  ) throws -> [String] {
    if !folder.has("before.safetensors") { try writeFirstState() }
    let before = try SafetensorsFile.read(path: folder.path("before.safetensors"))
    let rates = optimizers.map { ("optimizers/\($0)/lr", Float(0)) }
    _ = try iterate(Dictionary(uniqueKeysWithValues: rates))
    let after = try SafetensorsFile.read(path: folder.path("after.safetensors"))
    let changed = try plan.states.filter { state in
      guard state.role == role else { return false }
      return try before.tensor(state.name) != after.tensor(state.name)
    }
    return Set(changed.map { String($0.name.prefix { $0 != "/" }) }).sorted()
  }
}

extension Plan {
  func program(_ name: String) throws -> Program {
    try #require(programs.first { $0.name == name })
  }

  /// The optimisers of the training iteration, in the order of their updates.
  var updates: [String] {
    states.map(\.name).filter { $0.hasSuffix("/step") }.map {
      String($0.dropFirst("optimizers/".count).dropLast("/step".count))
    }
  }

  /// An optimiser's rate at an epoch.
  func rate(of optimizer: String) throws -> (Int) -> Double {
    let input = try #require(
      program("train").inputs.first { $0.name == "optimizers/\(optimizer)/lr" })
    guard case .schedule(let schedule) = input.source else {
      throw RuntimeError(.invalid, "'\(input.name)' has no schedule")
    }
    return { schedule.value(iteration: $0 * 138 + 7, iterationsPerEpoch: 138) }
  }
}

extension Program {
  func takes(_ input: String) -> Bool { inputs.contains { $0.name == input } }
}
