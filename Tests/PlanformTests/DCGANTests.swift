import Testing
import Training

/// DCGAN, with and without classes: sizes of the originals, and two iterations against PyTorch.
@Suite struct DCGANTests {
  /// Twenty pixels become 10, 5, 3 and 2, so that TensorFlow's padding of odd sizes is met, too.
  static let sizes = ["batch=4", "size=20", "z_dim=6", "gf_dim=4", "df_dim=4"]

  @Test(arguments: [
    ("dcgan", "size=64", 5_135_363, 4_316_545),
    ("conditional", "size=28", 7_065_211, 3_769_479),
  ])
  func `the networks have as many weights as the originals`(
    graph: String, size: String, generator: Int, discriminator: Int
  ) throws {
    let check = try Invocation(
      "check", Repository.path("graphs/dcgan/\(graph).yaml"), "--set", size, in: ScratchFolder())
    #expect(check.code == 0, "\(check.errors)")
    let output = check.output.replacing(",", with: "")
    #expect(output.contains("network generator: \(generator) parameters"))
    #expect(output.contains("network discriminator: \(discriminator) parameters"))
  }

  @Test(arguments: ["uniform_signed", "normal01", "uniform_unsigned"])
  func `every distribution of the noise compiles`(distribution: String) throws {
    let folder = try ScratchFolder()
    let compile = try Invocation(
      arguments: ["compile", Repository.path("graphs/dcgan/dcgan.yaml"), "-o", "x.plan", "--quiet"]
        + (Self.sizes + ["z_dist=\(distribution)"]).flatMap { ["--set", $0] }, in: folder)
    #expect(compile.code == 0, "\(compile.errors)")
  }

  @Test func `an unknown distribution is refused with the known ones`() throws {
    let check = try Invocation(
      "check", Repository.path("graphs/dcgan/dcgan.yaml"), "--set", "z_dist=cauchy",
      in: ScratchFolder())
    #expect(check.code == 65)
    #expect(
      check.errors.contains(
        "one of 'uniform_signed', 'normal01', 'uniform_unsigned', found 'cauchy'"))
  }

  @Test(arguments: ReferenceRun.ways)
  func `two iterations give the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/dcgan/dcgan.yaml", fixture: "dcgan.safetensors", sizes: Self.sizes, way: way)
    for step in 0..<2 {
      let values = try run.iterate(
        step,
        inputs: ["image": "step\(step)/in/image", "z.signed": "step\(step)/in/z"],
        save: ["*/grad*/*.weight", "*to_rgb*bias", "*logit.bias"])
      try Self.compare(step, of: run, values, gradients: (discriminator: 9, generator: 10))
    }
    try run.expectWeights(
      try run.weights(after: 1), count: 48,
      except: Self.isFree(besides: ["g_h4.bias", "d_h0_conv.bias", "d_h4_lin.bias"]))
  }

  /// Ten pixels become 5 and 3; three classes.
  @Test(arguments: ReferenceRun.ways)
  func `two iterations with classes give the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/dcgan/conditional.yaml", fixture: "dcgan_conditional.safetensors",
      sizes: [
        "batch=4", "size=10", "z_dim=6", "y_dim=3", "gf_dim=4", "df_dim=4", "gfc_dim=8",
        "dfc_dim=8",
      ], way: way)
    for step in 0..<2 {
      let given = "step\(step)/in/"
      let values = try run.iterate(
        step,
        inputs: ["image": given + "image", "label": given + "label", "z.signed": given + "z"],
        save: [
          "*/grad*/*.weight", "*batch_norm*bias", "*to_picture*bias", "*/conv5x5.conv2d.bias",
          "*logit.bias",
        ])
      try Self.compare(step, of: run, values, gradients: (discriminator: 10, generator: 11))
    }
    try run.expectWeights(
      try run.weights(after: 1), count: 36,
      except: Self.isFree(besides: ["g_h3.bias", "d_h0_conv.bias", "d_h3_lin.bias"]))
  }

  // MARK: Parts

  /// Losses of an iteration, and the gradients of its three updates.
  ///
  /// - Parameter gradients: how many of each network's gradients were saved: not those of biases before a batch
  ///   normalisation, which are zero and have no relative error.
  private static func compare(
    _ step: Int, of run: ReferenceRun, _ values: SafetensorsFile,
    gradients count: (discriminator: Int, generator: Int)
  ) throws {
    try run.expectLosses(
      in: values,
      ["d_loss": "d", "real_loss": "real", "fake_loss": "fake", "g_loss": "g1"],
      below: "step\(step)/out/")
    for (prefix, expected, count) in [
      ("discriminator/grad/", "d", count.discriminator), ("generator/grad/", "g1", count.generator),
      ("generator/grad_2/", "g2", count.generator),
    ] {
      try run.expectGradients(
        try run.gradients(in: values, prefix: prefix), count: count,
        below: "step\(step)/\(expected)/")
    }
  }

  /// Whether a weight is a layer's bias that nothing feels, because a batch normalisation follows.
  ///
  /// - Parameter felt: the biases of layers without one.
  private static func isFree(besides felt: [String]) -> (String) -> Bool {
    { name in
      name.hasSuffix("bias") && !name.contains("_bn") && !felt.contains { name.hasSuffix($0) }
    }
  }
}
