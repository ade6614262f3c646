import Foundation
import Runtime
import Testing
import Training

/// StackGAN Stage-I against numbers of the authors' networks in PyTorch: three iterations, from imported weights.
///
/// The fixture holds weights, inputs, noise, losses and gradients of every iteration, and the weights at the end. It is
/// used as a user would: weights are imported through the shipped map of names, and each iteration is one
/// `planform run` on the state that the one before it has left.
@Suite struct Stage1ReferenceTests {
  static let ways: [[String]] = [
    [], ["--reference", "--precision", "float32"], ["--reference", "--precision", "float64"],
  ]

  @Test(arguments: ways)
  func `three iterations give the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(way: way)
    for step in 0..<3 {
      let values = try run.iterate(step)
      try expectLosses(of: values, step: step, run: run)
      try expectGradients(of: values, step: step, run: run)
    }
    try expectFinalWeights(of: run)
  }

  private func expectLosses(
    of values: SafetensorsFile, step: Int, run: ReferenceRun
  ) throws {
    let names = [
      "d_loss": "errD", "real_loss": "real", "wrong_loss": "wrong", "fake_loss": "fake_loss",
      "kl_loss": "kl", "adversarial_loss": "errG", "g_loss": "errG_total",
    ]
    for (ours, theirs) in names {
      let found = try values.tensor(ours).floats[0]
      let expected = try run.reference.tensor("step\(step)/out/\(theirs)").floats[0]
      #expect(abs(found - expected) <= 1e-4 * abs(expected), "\(ours) of step \(step)")
    }
  }

  /// Relative to the tensor's largest element.
  private func expectGradients(
    of values: SafetensorsFile, step: Int, run: ReferenceRun
  ) throws {
    let prefix = "grad/"
    let gradients = try values.names.filter { $0.hasPrefix(prefix) }.map { name in
      (String(name.dropFirst(prefix.count)), try values.tensor(name))
    }
    let found = try run.underTheirNames(gradients)
    #expect(found.names.count == 33)
    for name in found.names {
      let expected = try run.reference.tensor("step\(step)/grad\(name)").floats
      let scale = expected.map(abs).max() ?? 0
      let difference = largestDifference(try found.tensor(name).floats, expected)
      #expect(difference <= 1e-3 * scale, "\(name) of step \(step)")
    }
  }

  private func expectFinalWeights(of run: ReferenceRun) throws {
    let found = try run.finalState()
    #expect(found.names.count == 51)
    for name in found.names {
      let expected = try run.reference.tensor("final/\(name)").floats
      #expect(largestDifference(try found.tensor(name).floats, expected) <= 1e-4, "\(name)")
    }
  }

  private func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count ? zip(left, right).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }
}

/// The compiled graph, the imported weights, and one `planform run` an iteration.
private struct ReferenceRun {
  static let sizes = ["batch=4", "gf_dim=4", "df_dim=8", "text_dim=24", "cond_dim=16", "z_dim=10"]

  let folder: ScratchFolder
  let reference: SafetensorsFile
  private let way: [String]
  private let map = Repository.path("graphs/stackgan/stage1.pytorch.yaml")

  init(way: [String]) throws {
    self.way = way
    folder = try ScratchFolder()
    let fixture = Repository.path("Tests/Fixtures/stackgan_stage1.safetensors")
    reference = try SafetensorsFile.read(path: fixture)
    let graph = Repository.path("graphs/stackgan/stage1.yaml")
    let overrides = Self.sizes.flatMap { ["--set", $0] }
    try Self.succeed(["compile", graph, "-o", "stage1.plan", "--quiet"] + overrides, in: folder)
    try Self.succeed(
      [
        "weights", "import", "--from", fixture, "--map", map, "--prefix", "init/", "--strict",
        "--plan", "stage1.plan", "-o", "state0.safetensors",
      ], in: folder)
  }

  /// Tensors by our parameters' names, as `planform weights export` calls them.
  func underTheirNames(_ tensors: [(String, HostTensor)]) throws -> SafetensorsFile {
    try SafetensorsFile.write(tensors, to: folder.path("ours.safetensors"))
    return try exported("ours.safetensors")
  }

  /// Weights and statistics behind the last iteration.
  func finalState() throws -> SafetensorsFile { try exported("state3.safetensors") }

  private func exported(_ file: String) throws -> SafetensorsFile {
    try Self.succeed(
      [
        "weights", "export", "--from", file, "--map", map, "--plan", "stage1.plan", "-o",
        "theirs.safetensors",
      ], in: folder)
    return try SafetensorsFile.read(path: folder.path("theirs.safetensors"))
  }

  func iterate(_ step: Int) throws -> SafetensorsFile {
    let inputs = [
      ("image", "image"), ("text", "text"), ("noise", "noise"), ("g.ca.epsilon", "epsilon"),
    ]
    var tensors: [(String, HostTensor)] = []
    for (ours, theirs) in inputs {
      tensors.append((ours, try reference.tensor("step\(step)/in/\(theirs)")))
    }
    try SafetensorsFile.write(tensors, to: folder.path("inputs.safetensors"))
    try Self.succeed(
      [
        "run", "stage1.plan", "train", "--weights", "state\(step).safetensors", "--inputs",
        "inputs.safetensors", "--outputs", "values.safetensors", "--state-out",
        "state\(step + 1).safetensors", "--save", "grad/*,adversarial_loss",
      ] + way, in: folder)
    return try SafetensorsFile.read(path: folder.path("values.safetensors"))
  }

  private static func succeed(_ arguments: [String], in folder: ScratchFolder) throws {
    let invocation = try Invocation(arguments: arguments, in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
  }
}
