import Foundation
import Runtime
import Testing
import Training

/// Iterations of a compiled graph from imported weights, to be compared with numbers made in PyTorch.
///
/// Everything goes through the command line, as a user would do it: weights are imported and exported through the
/// shipped map of names, and each iteration is one `planform run` on the state that the one before it has left.
struct ReferenceRun {
  /// The optimised plan, and the interpreter of the unoptimised program in both precisions.
  static let ways: [[String]] = [
    [], ["--reference", "--precision", "float32"], ["--reference", "--precision", "float64"],
  ]

  let folder: ScratchFolder
  /// The numbers to be matched.
  let reference: SafetensorsFile
  private let map: String
  private let way: [String]

  /// Compiles the graph and imports weights of the fixture.
  ///
  /// - Parameters:
  ///   - graph: path of the YAML file in the repository; the map of names lies beside it as `.pytorch.yaml`.
  ///   - fixture: name of a file in `Tests/Fixtures`.
  ///   - weights: what stands before the names of the weights to begin with.
  ///   - sizes: assignments for `--set`.
  ///   - options: further arguments of `compile`.
  ///   - way: how to run, one of `ways`.
  init(
    graph: String, map: String? = nil, fixture: String, weights: String = "init/", sizes: [String],
    options: [String] = [], way: [String] = []
  ) throws {
    self.way = way
    let stem = graph.hasSuffix(".yaml") ? String(graph.dropLast(5)) : graph
    self.map = Repository.path(map ?? "\(stem).pytorch.yaml")
    folder = try ScratchFolder()
    let fixture = Repository.path("Tests/Fixtures/\(fixture)")
    reference = try SafetensorsFile.read(path: fixture)
    let overrides = sizes.flatMap { ["--set", $0] }
    try succeed(
      ["compile", Repository.path(graph), "-o", "model.plan", "--quiet"] + options
        + overrides)
    try succeed([
      "weights", "import", "--from", fixture, "--map", self.map, "--prefix", weights, "--strict",
      "--plan", "model.plan", "-o", "state0.safetensors",
    ])
  }

  /// Runs a program on the state that iteration `step - 1` has left.
  ///
  /// - Parameters:
  ///   - inputs: the program's inputs and random draws, our names to the fixture's.
  ///   - save: names of values besides the outputs, with `*` for any characters.
  func iterate(
    _ step: Int, program: String = "train", inputs: KeyValuePairs<String, String>,
    save: [String] = []
  ) throws -> SafetensorsFile {
    var tensors: [(String, HostTensor)] = []
    for (ours, theirs) in inputs { tensors.append((ours, try reference.tensor(theirs))) }
    try SafetensorsFile.write(tensors, to: folder.path("inputs.safetensors"))
    try succeed(
      [
        "run", "model.plan", program, "--weights", "state\(step).safetensors", "--inputs",
        "inputs.safetensors", "--outputs", "values.safetensors", "--state-out",
        "state\(step + 1).safetensors",
      ] + (save.isEmpty ? [] : ["--save", save.joined(separator: ",")]) + way)
    return try SafetensorsFile.read(path: folder.path("values.safetensors"))
  }

  /// The gradients among saved values, by PyTorch's names and in its layouts.
  ///
  /// - Parameter prefix: what stands before the parameters' names, such as `discriminator/grad/`.
  func gradients(in values: SafetensorsFile, prefix: String = "grad/") throws -> SafetensorsFile {
    let ours = try values.names.filter { $0.hasPrefix(prefix) }.map { name in
      (String(name.dropFirst(prefix.count)), try values.tensor(name))
    }
    try SafetensorsFile.write(ours, to: folder.path("ours.safetensors"))
    return try exported("ours.safetensors")
  }

  /// Weights and statistics behind an iteration, by PyTorch's names and in its layouts.
  func weights(after step: Int) throws -> SafetensorsFile {
    try exported("state\(step + 1).safetensors")
  }

  private func exported(_ file: String) throws -> SafetensorsFile {
    try succeed([
      "weights", "export", "--from", file, "--map", map, "--plan", "model.plan", "-o",
      "theirs.safetensors",
    ])
    return try SafetensorsFile.read(path: folder.path("theirs.safetensors"))
  }

  private func succeed(_ arguments: [String]) throws {
    let invocation = try Invocation(arguments: arguments, in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
  }
}

// MARK: Comparison

extension ReferenceRun {
  /// Scalars within 1e-4, relative.
  ///
  /// - Parameter names: our names to the fixture's below `prefix`.
  func expectLosses(
    in values: SafetensorsFile, _ names: KeyValuePairs<String, String>, below prefix: String
  ) throws {
    for (ours, theirs) in names {
      let found = try values.tensor(ours).floats[0]
      let expected = try reference.tensor(prefix + theirs).floats[0]
      #expect(abs(found - expected) <= 1e-4 * abs(expected), "\(ours) against \(prefix)\(theirs)")
    }
  }

  /// Gradients within 1e-3 of the tensor's largest element.
  ///
  /// - Parameter vanishing: which gradients are zero by algebra; both sides must then be below 1e-5, the size of the
  ///   rounding of sums that cancel.
  func expectGradients(
    _ found: SafetensorsFile, count: Int, below prefix: String,
    vanishing: (String) -> Bool = { _ in false }
  ) throws {
    #expect(found.names.count == count)
    for name in found.names {
      let expected = try reference.tensor(prefix + name).floats
      let scale = expected.map(abs).max() ?? 0
      guard !vanishing(name) else {
        let largest = try found.tensor(name).floats.map(abs).max() ?? 0
        #expect(max(scale, largest) <= 1e-5, "\(prefix)\(name)")
        continue
      }
      let difference = Self.largestDifference(try found.tensor(name).floats, expected)
      #expect(difference <= 1e-3 * scale, "\(prefix)\(name)")
    }
  }

  /// Weights within 1e-4, absolute.
  ///
  /// - Parameter isFree: whether a weight cannot be compared: a bias before a batch normalisation has a gradient of
  ///   zero, whose rounding errors Adam makes as large as any step.
  func expectWeights(
    _ found: SafetensorsFile, count: Int, below prefix: String = "final/",
    except isFree: (String) -> Bool = { _ in false }
  ) throws {
    #expect(found.names.count == count)
    for name in found.names where !isFree(name) {
      let expected = try reference.tensor(prefix + name).floats
      #expect(
        Self.largestDifference(try found.tensor(name).floats, expected) <= 1e-4,
        "\(prefix)\(name)")
    }
  }

  private static func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count ? zip(left, right).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }
}
