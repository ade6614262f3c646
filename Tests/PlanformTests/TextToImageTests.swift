import Runtime
import Testing
import Training

/// The files of `graphs/text_to_image`: sizes of the originals, variants, and what is drawn between captions and noises.
@Suite struct TextToImageTests {
  @Test(arguments: [
    ("gan_cls", [], ["generator": 7_847_171, "discriminator": 5_325_953]),
    ("gan_cls", ["text_dim=4800"], ["generator": 8_461_571, "discriminator": 5_940_353]),
    ("torch", [], ["generator": 21_138_051, "discriminator": 4_228_801]),
    ("torch_int", [], ["generator": 18_909_699, "discriminator": 4_032_321]),
    // 4900 numbers become 512 x 4 x 4, without the 4800 x 256 + 256 of the projection.
    ("leaky", [], ["generator": 44_456_963, "discriminator": 5_940_353]),
    ("style", [], ["generator": 7_847_171, "style_encoder": 5_127_652]),
  ])
  func `the networks have as many weights as the originals`(
    graph: String, settings: [String], counts: [String: Int]
  ) throws {
    let check = try Invocation(
      arguments: [
        "check", Repository.path("graphs/text_to_image/\(graph).yaml"), "--no-layers",
      ] + settings.flatMap { ["--set", $0] }, in: ScratchFolder())
    #expect(check.code == 0, "\(check.errors)")
    let output = check.output.replacing(",", with: "")
    for (network, count) in counts {
      #expect(output.contains("network \(network): \(count) parameters"))
    }
  }

  @Test(arguments: [
    ("gan_cls", ["cls_weight=0"]), ("gan_cls", ["cls_weight=0", "interp_weight=1"]),
    ("gan_cls", ["interp_weight=1", "interp_type=2", "g_steps=1"]),
    ("leaky", ["text_dim=24"]), ("torch", ["cls_weight=0", "noise=uniform"]),
  ])
  func `every variant compiles`(graph: String, settings: [String]) throws {
    let sizes = ["batch=4", "gf_dim=4", "df_dim=4", "text_dim=20", "t_dim=6", "z_dim=8"]
    let compile = try Invocation(
      arguments: [
        "compile", Repository.path("graphs/text_to_image/\(graph).yaml"), "-o", "x.plan", "--quiet",
      ] + (sizes + settings).flatMap { ["--set", $0] }, in: ScratchFolder())
    #expect(compile.code == 0, "\(compile.errors)")
  }

  @Test func `an exception of an optimizer that fits no parameter is an error`() throws {
    let folder = try ScratchFolder.withModel()
    let text = String(decoding: try folder.bytes(of: "model.yaml"), as: UTF8.self)
    try folder.write(
      text.replacing("update: [g]", with: "update: [g], except: [\"*.bais\"]"), to: "wrong.yaml")
    let wrong = try Invocation("check", "wrong.yaml", in: folder)
    #expect(wrong.code == 65)
    #expect(
      wrong.errors.contains("'except' names '*.bais', but optimizer 'o' updates no such parameter"))
    try folder.write(
      text.replacing("update: [g]", with: "update: [g], except: [\"*.bias\"]"), to: "right.yaml")
    let right = try Invocation("check", "right.yaml", in: folder)
    #expect(right.output.contains("optimizer o (adam) updates g: 9\n"))
  }

  // MARK: Interpolation

  @Test func `captions in between begin and end at what is drawn directly, bit for bit`() throws {
    let reference = try Self.reference()
    let (one, other) = try (
      reference.reference.tensor("step0/in/text"), reference.reference.tensor("step1/in/text")
    )
    func between(_ alpha: Float) throws -> [Float] {
      try Self.draw(
        "interpolate_text",
        [("text", one), ("other", other), ("alpha", Self.everySample(alpha))], with: reference
      ).tensor("image").floats
    }
    func direct(_ text: HostTensor) throws -> [Float] {
      try Self.draw("sample", [("text", text)], with: reference).tensor("image").floats
    }
    #expect(try between(0) == direct(one))
    #expect(try between(1) == direct(other))
    #expect(try between(0.5) != direct(one))
  }

  @Test func `noises in between begin and end at what is drawn directly, bit for bit`() throws {
    let reference = try Self.reference()
    let text = try reference.reference.tensor("step0/in/text")
    func between(_ alpha: Float) throws -> SafetensorsFile {
      try Self.draw(
        "interpolate_noise", [("text", text), ("alpha", Self.everySample(alpha))],
        save: ["noise", "other_noise"], with: reference)
    }
    let (start, end) = try (between(0), between(1))
    for (values, noise) in [(start, "noise"), (end, "other_noise")] {
      let direct = try Self.draw(
        "sample", [("text", text), ("noise", values.tensor(noise))], with: reference)
      #expect(try values.tensor("image").floats == direct.tensor("image").floats)
    }
    #expect(try start.tensor("image").floats != end.tensor("image").floats)
  }

  private static func reference() throws -> ReferenceRun {
    try ReferenceRun(
      graph: GanClsReferenceTests.graph, fixture: "gan_cls.safetensors",
      sizes: GanClsReferenceTests.sizes)
  }

  private static func everySample(_ value: Float) -> HostTensor {
    HostTensor(shape: [4], [Float](repeating: value, count: 4))
  }

  /// Runs a program that draws with the reference's first weights.
  private static func draw(
    _ program: String, _ inputs: [(String, HostTensor)], save: [String] = [],
    with reference: ReferenceRun
  ) throws -> SafetensorsFile {
    let folder = reference.folder
    try SafetensorsFile.write(inputs, to: folder.path("in.safetensors"))
    let run = try Invocation(
      arguments: [
        "run", "model.plan", program, "--weights", "state0.safetensors", "--inputs",
        "in.safetensors", "--outputs", "out.safetensors",
      ] + (save.isEmpty ? [] : ["--save", save.joined(separator: ",")]), in: folder)
    try #require(run.code == 0, "\(run.errors)")
    return try SafetensorsFile.read(path: folder.path("out.safetensors"))
  }
}
