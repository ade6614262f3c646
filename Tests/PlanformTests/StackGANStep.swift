import Foundation
import Runtime
import Testing
import Training

/// One iteration of a small StackGAN, compiled from a shipped file or from a changed copy of it.
struct StackGANStep: Sendable, CustomTestStringConvertible {
  private static let sizes = ["batch=4", "text_dim=24", "cond_dim=16", "z_dim=10", "gf_dim=4"]

  static let stage1 = StackGANStep(
    file: "graphs/stackgan/stage1.yaml", pictures: ["image": 64], sizes: sizes + ["df_dim=4"])
  static let stage2 = StackGANStep(
    file: "graphs/stackgan/stage2.yaml", pictures: ["image": 128],
    sizes: sizes + ["df_dim=2", "image_size=128", "r_num=1"])

  /// The second version with one branch; the wrong pictures are further inputs.
  static let tree = StackGANStep(
    file: "graphs/stackgan/stackgan_v2.yaml", pictures: ["image_64": 64, "wrong_64": 64],
    sizes: sizes + ["df_dim=4", "branches=1"])
  static let treeWithoutCaptions = StackGANStep(
    file: "graphs/stackgan/stackgan_v2.yaml", pictures: ["image_64": 64], hasText: false,
    sizes: sizes + ["df_dim=4", "branches=1", "condition=none"])

  let file: String
  /// The picture inputs of the train program and their sides in pixels.
  let pictures: [String: Int]
  var hasText = true
  let sizes: [String]
  var testDescription: String { file }

  /// Compiles the file, after `change` has been made to its text, into `model.plan`.
  func compiled(_ change: (String) -> String = { $0 }) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let source = try String(contentsOfFile: Repository.path(file), encoding: .utf8)
    let blocks = Repository.path("graphs/stackgan/blocks.yaml")
    let changed = change(source).replacing("include: [blocks.yaml]", with: "include: [\(blocks)]")
    try folder.write(changed, to: "model.yaml")
    let overrides = sizes.flatMap { ["--set", $0] }
    try Self.succeed(
      ["compile", "model.yaml", "-o", "model.plan", "--quiet"] + overrides, in: folder)
    return folder
  }

  /// All weights and statistics before the first iteration, which the sample program only reads.
  func initialState(in folder: ScratchFolder) throws -> ModelState {
    try write(texts, in: folder)
    try Self.succeed(
      [
        "run", "model.plan", "sample", "--inputs", "inputs.safetensors", "--state-out",
        "state.safetensors",
      ], in: folder)
    return try ModelState(path: folder.path("state.safetensors"))
  }

  /// Runs the train program once.
  func iterate(
    from state: ModelState, in folder: ScratchFolder, saving names: [String] = []
  ) throws -> (values: SafetensorsFile, state: ModelState) {
    try write(
      texts
        + pictures.map { ($0.key, Self.numbers([4, 3, $0.value, $0.value])) }, in: folder)
    try state.write(to: folder.path("before.safetensors"))
    try Self.succeed(
      [
        "run", "model.plan", "train", "--weights", "before.safetensors", "--inputs",
        "inputs.safetensors", "--outputs", "values.safetensors", "--state-out",
        "after.safetensors",
      ] + (names.isEmpty ? [] : ["--save", names.joined(separator: ",")]), in: folder)
    return (
      try SafetensorsFile.read(path: folder.path("values.safetensors")),
      try ModelState(path: folder.path("after.safetensors"))
    )
  }

  private var texts: [(String, HostTensor)] {
    hasText ? [("text", Self.numbers([4, 24]))] : []
  }

  private func write(_ tensors: [(String, HostTensor)], in folder: ScratchFolder) throws {
    try SafetensorsFile.write(tensors, to: folder.path("inputs.safetensors"))
  }

  /// Numbers from -1 to 1 without a pattern that a network could see.
  static func numbers(_ shape: [Int]) -> HostTensor {
    HostTensor(shape: shape, (0..<shape.reduce(1, *)).map { Float(sin(Double($0 * $0) * 0.7)) })
  }

  static func succeed(_ arguments: [String], in folder: ScratchFolder) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }
}

/// Weights, statistics and the optimisers' memory by name.
struct ModelState {
  enum Part {
    case weights, statistics
  }

  private(set) var tensors: [String: HostTensor] = [:]

  init(path: String) throws {
    let file = try SafetensorsFile.read(path: path)
    for name in file.names { tensors[name] = try file.tensor(name) }
  }

  func write(to path: String) throws {
    try SafetensorsFile.write(
      tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, to: path)
  }

  /// Gives every element of the tensors below `prefix` one value.
  mutating func fill(_ prefix: String, with value: Float) throws {
    let names = tensors.keys.filter { $0.hasPrefix(prefix) }
    try #require(!names.isEmpty, "\(prefix)")
    for name in names { try set(name, Array(repeating: value, count: tensors[name]?.count ?? 0)) }
  }

  mutating func set(_ name: String, _ elements: [Float]) throws {
    let shape = try #require(tensors[name]?.shape, "\(name)")
    tensors[name] = HostTensor(shape: shape, elements)
  }

  /// A network's weights or statistics, bit by bit.
  func bits(_ part: Part, of network: String) throws -> [String: [UInt32]] {
    let names = tensors.keys.filter {
      $0.hasPrefix(network + "/") && $0.contains("running_") == (part == .statistics)
    }
    try #require(!names.isEmpty, "\(network)")
    return tensors.filter { names.contains($0.key) }.mapValues { $0.floats.map(\.bitPattern) }
  }
}
