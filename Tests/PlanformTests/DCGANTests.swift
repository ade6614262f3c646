import Testing

/// DCGAN: sizes of the originals, and two iterations against PyTorch.
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
      // A bias before a batch normalisation has a gradient of zero, which has no relative error.
      let values = try run.iterate(
        step,
        inputs: ["image": "step\(step)/in/image", "z.signed": "step\(step)/in/z"],
        save: ["*/grad*/*.weight", "*to_rgb*bias", "*logit.bias"])
      try run.expectLosses(
        in: values,
        ["d_loss": "d", "real_loss": "real", "fake_loss": "fake", "g_loss": "g1"],
        below: "step\(step)/out/")
      for (prefix, expected, count) in [
        ("discriminator/grad/", "d", 9), ("generator/grad/", "g1", 10),
        ("generator/grad_2/", "g2", 10),
      ] {
        try run.expectGradients(
          try run.gradients(in: values, prefix: prefix), count: count,
          below: "step\(step)/\(expected)/")
      }
    }
    // Only the first and last layers' biases are felt.
    let felt = ["g_h4.bias", "d_h0_conv.bias", "d_h4_lin.bias"]
    try run.expectWeights(
      try run.weights(after: 1), count: 48,
      except: { name in
        name.hasSuffix("bias") && !name.contains("_bn") && !felt.contains { name.hasSuffix($0) }
      })
  }
}
