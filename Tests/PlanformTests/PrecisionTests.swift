import Foundation
import Plan
import Runtime
import Testing
import Training

/// Models that ask for `precision: bf16`.
@Suite struct PrecisionTests {
  /// Two convolutions trained to double a picture.
  private static func model(_ line: String = "", channels: Int = 3) throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(
      """
      planform: 1
      name: doubles
      \(line)
      networks:
        g:
          inputs: { x: [4, \(channels), 8, 8] }
          nodes:
            - conv2d: { channels: 16, kernel: 3, padding: 1 }
            - leaky_relu: { negative_slope: 0.2 }
            - conv2d: { as: y, channels: \(channels), kernel: 3, padding: 1 }
          outputs: { y: y }
      optimizers:
        o: { sgd: { lr: 0.01 }, update: [g] }
      train:
        inputs: { x: [4, \(channels), 8, 8] }
        steps:
          - fit:
              - g:        { as: y, from: x }
              - loss:     { as: error, value: "mean((y - 2 * x) ** 2)" }
              - minimize: { loss: error, with: o }
        report: [error]
      sample:
        inputs: { x: [4, \(channels), 8, 8] }
        nodes:
          - g: { as: y, from: x }
        outputs: { y: y }
      """, to: "model.yaml")
    return folder
  }

  @Test(arguments: [("precision: bf16", []), ("", ["--precision", "bf16"])])
  func `the file or the command line asks for it`(line: String, options: [String]) throws {
    let folder = try Self.model(line)
    let run = try Invocation(
      arguments: ["compile", "model.yaml", "-o", "x.plan"] + options, in: folder)
    #expect(run.code == 0, "\(run.errors)")
    let show = try Invocation("show", "x.plan", in: folder)
    #expect(show.output.contains("  precision    bf16"))
    #expect(show.output.contains("output  y f32[4, 3, 8, 8]"))
    let verify = try Invocation("verify", "x.plan", in: folder)
    #expect(verify.code == 0, "\(verify.output)\(verify.errors)")
    #expect(verify.output.contains(" 0 beyond 0.015625"))
  }

  @Test func `float32 on the command line overrides the file, to the same bytes`() throws {
    let folder = try Self.model("precision: bf16")
    try folder.write(
      String(decoding: folder.bytes(of: "model.yaml"), as: UTF8.self)
        .replacing("precision: bf16", with: "precision: float32"), to: "wide.yaml")
    for (file, plan) in [("model.yaml", "a.plan"), ("wide.yaml", "b.plan")] {
      let run = try Invocation(
        "compile", file, "-o", plan, "--precision", "float32", "--quiet", in: folder)
      #expect(run.code == 0, "\(run.errors)")
    }
    let texts = try ["a.plan", "b.plan"].map { plan in
      String(decoding: try folder.bytes(of: plan), as: UTF8.self)
        .replacing(#/"sourceHash":"[0-9a-f]*"/#, with: "")
    }
    #expect(texts[0] == texts[1])
    #expect(!texts[0].contains("bf16"))
  }

  @Test func `gradients of a small network are those of float32 within 2 in 100`() throws {
    let folder = try Self.model()
    let noise: [Float] = (0..<4 * 3 * 64).map { index in
      let place: Int = index * 7919 % 2003
      return Float(place) / 1001 - 1
    }
    try SafetensorsFile.write(
      [("x", HostTensor(shape: [4, 3, 8, 8], noise))], to: folder.path("inputs.safetensors"))
    var gradients: [[String: [Float]]] = []
    for precision in ["float32", "bf16"] {
      let plan = "\(precision).plan"
      for command in [
        ["compile", "model.yaml", "-o", plan, "--precision", precision, "--quiet"],
        [
          "run", plan, "train", "--inputs", "inputs.safetensors", "--outputs", "y.safetensors",
          "--save", "grad/*",
        ],
      ] {
        let run = try Invocation(arguments: command, in: folder)
        try #require(run.code == 0, "\(run.errors)")
      }
      let values = try SafetensorsFile.read(path: folder.path("y.safetensors"))
      let names = values.names.filter { $0.hasPrefix("grad/") }
      gradients.append(
        try Dictionary(uniqueKeysWithValues: names.map { ($0, try values.tensor($0).floats) }))
    }
    #expect(gradients[0].count == 4)
    for (name, wide) in gradients[0] {
      let narrow = try #require(gradients[1][name])
      let distance = zip(wide, narrow).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let size = wide.reduce(0) { $0 + $1 * $1 }
      #expect(narrow != wide, "\(name) has not been computed in bf16")
      #expect(distance.squareRoot() <= 0.02 * size.squareRoot(), "\(name)")
    }
  }

  @Test func `tiles that are rounded miss farther than images, and are told apart`() throws {
    let folder = try Self.model("precision: bf16", channels: 16)
    let run = try Invocation("compile", "model.yaml", "-o", "x.plan", "--quiet", in: folder)
    try #require(run.code == 0, "\(run.errors)")
    let plan = try PlanFile.decode(Array(folder.bytes(of: "x.plan")))
    let rounds = try Machine.current().multipliesBfloat16
    let worst = try [ConvolutionAlgorithm.direct, .winograd2x2].map { algorithm in
      var plan = plan
      for index in plan.programs[0].calls.indices {
        plan.programs[0].calls[index].kernel = plan.programs[0].calls[index].kernel
          .computed(by: algorithm)
      }
      let calls = try Verifier.compareCalls(plan, program: "train")
        .filter { $0.name.contains("convolution") }
      #expect(calls.count == 5, "forward and both gradients, but for the image's own")
      #expect(calls.allSatisfy { $0.roundsTiles == (rounds && algorithm == .winograd2x2) })
      return try #require(calls.map(\.maxRelative).max())
    }
    #expect(worst[0] < 1.0 / 64 && worst[1] < 1.0 / 32)
    #expect(!rounds || worst[1] > worst[0])
  }

  @Test func `a processor that lacks bf16 is told of, and trains on`() throws {
    let folder = try Self.model("precision: bf16")
    for (command, code) in [
      (["compile", "model.yaml", "-o", "x.plan", "--quiet"], Int32(0)),
      (["verify", "x.plan"], 0),
    ] {
      let run = try Invocation(
        arguments: command, in: folder, environment: ["PLANFORM_ISA": "portable"])
      #expect(run.code == code, "\(run.output)\(run.errors)")
      #expect(run.errors.contains("note: 'doubles' is compiled for bf16, but this "), "\(command)")
      #expect(run.errors.contains("'--precision float32' compiles it for this machine"))
    }
  }

  @Test func `an unknown precision is refused`() throws {
    let run = try Invocation(
      "compile", "model.yaml", "-o", "x.plan", "--precision", "fp8", in: Self.model())
    #expect(run.code == 64)
    #expect(run.errors.contains("'fp8'"))
  }
}
