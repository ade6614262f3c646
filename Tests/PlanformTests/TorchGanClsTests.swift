import Testing

/// The Torch version of GAN-CLS and GAN-INT-CLS against an iteration of the same networks in PyTorch.
@Suite struct TorchGanClsTests {
  static let sizes = ["batch=4", "gf_dim=2", "df_dim=2", "text_dim=12", "t_dim=6", "z_dim=5"]

  @Test(arguments: ReferenceRun.ways)
  func `GAN-CLS, large, gives the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/text_to_image/torch.yaml", map: "Tests/Fixtures/same-names.yaml",
      fixture: "gan_cls_torch.safetensors", sizes: Self.sizes + ["large=true"], way: way)
    try expectIteration(
      of: run,
      inputs: [
        "image": "in/image", "wrong": "in/wrong", "text": "in/text", "noise.draw": "in/noise",
        "fresh_noise.draw": "in/fresh_noise",
      ], gradients: (25, 51), weights: 148)
  }

  @Test(arguments: ReferenceRun.ways)
  func `GAN-INT-CLS, extrapolating, gives the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/text_to_image/torch_int.yaml", map: "Tests/Fixtures/same-names.yaml",
      fixture: "gan_int_cls_torch.safetensors",
      sizes: Self.sizes + ["interp_type=2", "cls_weight=0.3", "interp_weight=0.7"], way: way)
    try expectIteration(
      of: run,
      inputs: [
        "image": "in/image", "wrong": "in/wrong", "text": "in/text", "noise.draw": "in/noise",
        "fresh_noise.draw": "in/fresh_noise", "alpha": "in/alpha",
      ], gradients: (27, 33), weights: 116, centred: "discriminator/embedding.bias")
  }

  /// - Parameter centred: a bias that a batch normalisation takes away again.
  private func expectIteration(
    of run: ReferenceRun, inputs: KeyValuePairs<String, String>,
    gradients: (discriminator: Int, generator: Int), weights: Int, centred: String? = nil
  ) throws {
    let values = try run.iterate(0, inputs: inputs, save: ["*/grad/*"])
    try run.expectLosses(
      in: values,
      [
        "d_loss": "d_loss", "g_loss": "g_loss", "real_loss": "real", "wrong_loss": "wrong",
        "fake_loss": "fake",
      ], below: "out/")
    try run.expectGradients(
      try run.gradients(in: values, prefix: "discriminator/grad/"),
      count: gradients.discriminator, below: "gradD/", vanishing: { $0 == centred })
    try run.expectGradients(
      try run.gradients(in: values, prefix: "generator/grad/"), count: gradients.generator,
      below: "gradG/")
    try run.expectWeights(try run.weights(after: 0), count: weights, except: { $0 == centred })
  }
}
