import Foundation
import Runtime
import Testing
import Training

/// The GAN on a ring of Gaussians, which trains without a data set.
@Suite struct RingTests {
  static let logTwo = 0.693_147_180_559_945_3
  static let sizes = ["batch=16", "width=8", "points=16", "side=8"]

  /// Compiles the graph into `ring.plan` of a new folder.
  private func compiled(_ assignments: [String]) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    let compile = try Invocation(
      arguments: ["compile", Repository.path("graphs/gan/ring.yaml"), "-o", "ring.plan", "--quiet"]
        + assignments.flatMap { ["--set", $0] }, in: folder)
    try #require(compile.code == 0, "\(compile.errors)")
    return folder
  }

  private func train(_ arguments: String..., in folder: ScratchFolder) throws -> Invocation {
    try Invocation(arguments: ["train", "ring.plan"] + arguments, in: folder)
  }

  @Test(arguments: [("minimax", -RingTests.logTwo), ("non_saturating", RingTests.logTwo)])
  func `a discriminator without an opinion gives the value -ln 4`(
    loss: String, generatorLoss: Double
  ) throws {
    let folder = try compiled(Self.sizes + ["loss=\(loss)"])
    let shapes = [
      "linear.weight": [8, 2], "linear.bias": [8], "linear_2.weight": [8, 8], "linear_2.bias": [8],
      "logit.weight": [1, 8], "logit.bias": [1],
    ]
    let zeros = shapes.map { name, shape in
      let count = shape.reduce(1, *)
      return (
        "discriminator/\(name)", HostTensor(shape: shape, [Float](repeating: 0, count: count))
      )
    }
    try SafetensorsFile.write(zeros, to: folder.path("zeros.safetensors"))
    let run = try Invocation(
      "run", "ring.plan", "train", "--weights", "zeros.safetensors", "--outputs",
      "values.safetensors", in: folder)
    try #require(run.code == 0, "\(run.errors)")
    let values = try SafetensorsFile.read(path: folder.path("values.safetensors"))
    #expect(abs(Double(try values.tensor("value").floats[0]) + 2 * Self.logTwo) < 1e-6)
    #expect(abs(Double(try values.tensor("g_loss").floats[0]) - generatorLoss) < 1e-6)
  }

  /// With a spread of nearly nothing the true points are all good, and they cover all modes.
  @Test func `the true points cover every mode, a single point one of them`() throws {
    let text = """
      planform: 1
      name: coverage
      include: [ring.yaml]
      judge:
        inputs: { point: [256, 2] }
        nodes:
          - ring:     { as: truth, count: 256 }
          - coverage: { as: all, from: truth, count: 256 }
          - coverage: { as: one, from: point, count: 256 }
        outputs: { modes: all.modes, share: all.share, one: one.modes, own: one.share }
      """
    let folder = try ScratchFolder()
    try folder.write(text, to: "judge.yaml")
    try FileManager.default.copyItem(
      atPath: Repository.path("graphs/gan/ring.yaml"), toPath: folder.path("ring.yaml"))
    let compile = try Invocation(
      "compile", "judge.yaml", "-o", "judge.plan", "--set", "deviation=1e-3", "--quiet", in: folder)
    try #require(compile.code == 0, "\(compile.errors)")
    // Three quarters of the points in the first mode, (2, 0), the others nowhere.
    let points = (0..<256).flatMap { (index: Int) -> [Float] in index < 192 ? [2, 0] : [0, 0] }
    try SafetensorsFile.write(
      [("point", HostTensor(shape: [256, 2], points))], to: folder.path("in.safetensors"))
    let run = try Invocation(
      "run", "judge.plan", "judge", "--inputs", "in.safetensors", "--outputs", "out.safetensors",
      in: folder)
    try #require(run.code == 0, "\(run.errors)")
    let values = try SafetensorsFile.read(path: folder.path("out.safetensors"))
    #expect(try values.tensor("modes").floats == [8])
    #expect(try values.tensor("share").floats[0] > 0.95)
    #expect(try values.tensor("one").floats == [1])
    #expect(try values.tensor("own").floats == [0.75])
  }

  @Test func `a run without a data set resumes bit for bit`() throws {
    let folder = try compiled(Self.sizes)
    for arguments in [
      ["--out", "whole", "--steps", "12"], ["--out", "parts", "--steps", "5"],
      ["--out", "parts", "--steps", "12", "--resume"],
    ] {
      let run = try Invocation(
        arguments: ["train", "ring.plan", "--sample-every", "6"] + arguments, in: folder)
      try #require(run.code == 0, "\(run.errors)")
    }
    #expect(
      try folder.bytes(of: "whole/checkpoint.safetensors")
        == folder.bytes(of: "parts/checkpoint.safetensors"))
    #if PICTURES
      #expect(folder.has("whole/samples/000006.png"))
      #expect(
        try folder.bytes(of: "whole/samples.png") == folder.bytes(of: "parts/samples.png"))
    #endif
    let log = String(decoding: try folder.bytes(of: "whole/log.jsonl"), as: UTF8.self)
    #expect(log.contains(#""iteration":12,"epoch":0,"#))
  }

  @Test func `a data set is asked for where one is needed, and refused where none is`() throws {
    let folder = try compiled(Self.sizes)
    let needless = try train("--data", "d.safetensors", "--out", "r", "--steps", "1", in: folder)
    #expect(needless.code == 64)
    #expect(needless.errors.contains("leave --data away; the plan has no data section"))
    let epochs = try train("--out", "r", "--epochs", "1", in: folder)
    #expect(epochs.code == 65)
    #expect(epochs.errors.contains("epochs are passes over a data set, and none is given"))
    let compile = try Invocation(
      "compile", Repository.path("graphs/classifier/classifier.yaml"), "-o", "c.plan", "--quiet",
      in: folder)
    try #require(compile.code == 0, "\(compile.errors)")
    let missing = try Invocation("train", "c.plan", "--out", "r", in: folder)
    #expect(missing.code == 64)
    #expect(missing.errors.contains("give a data set by --data"))
    #expect(missing.errors.contains("label (labels of 10 classes)"))
    #expect(!folder.has("r"))
  }

  @Test(
    .enabled(if: SlowTraining.isWanted, "a training; see SlowTraining"),
    arguments: ["minimax", "non_saturating"])
  func `training covers all eight modes`(loss: String) throws {
    let folder = try compiled(["loss=\(loss)"])
    let run = try train("--out", "run", "--sample-every", "0", in: folder)
    try #require(run.code == 0, "\(run.errors)")
    let measured = try Invocation(
      "run", "ring.plan", "train", "--weights", "run/checkpoint.safetensors", "--outputs",
      "values.safetensors", in: folder)
    try #require(measured.code == 0, "\(measured.errors)")
    let values = try SafetensorsFile.read(path: folder.path("values.safetensors"))
    #expect(try values.tensor("modes_covered").floats == [8])
    #expect(try values.tensor("good_share").floats[0] > 0.8)
  }
}
