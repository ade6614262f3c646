import Testing

/// GAN-CLS and GAN-INT-CLS against numbers of the same networks in PyTorch, from imported weights.
@Suite struct GanClsReferenceTests {
  /// A fixture, what is set besides the sizes, and how many iterations it holds.
  struct Case: CustomTestStringConvertible {
    var fixture: String
    var settings: [String] = []
    var steps: Int
    var testDescription: String { fixture }
  }

  static let cases = [
    Case(fixture: "gan_cls.safetensors", steps: 2),
    Case(fixture: "gan_int_cls.safetensors", settings: ["interp_weight=1"], steps: 1),
  ]
  static let sizes = ["batch=4", "gf_dim=4", "df_dim=4", "text_dim=20", "t_dim=6", "z_dim=8"]

  @Test(arguments: cases, ReferenceRun.ways)
  func `iterations give the losses, gradients and weights of PyTorch`(
    _ example: Case, _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/text_to_image/gan_cls.yaml", fixture: example.fixture,
      sizes: Self.sizes + example.settings, way: way)
    for step in 0..<example.steps {
      let given = "step\(step)/in/"
      let own: KeyValuePairs = [
        "image": given + "image", "wrong": given + "wrong_image", "text": given + "text",
        "noise": given + "noise",
      ]
      let between: KeyValuePairs = [
        "image": given + "image", "wrong": given + "wrong_image", "text": given + "text",
        "noise": given + "noise", "interp_noise": given + "interp_noise",
      ]
      let values = try run.iterate(
        step, inputs: example.settings.isEmpty ? own : between, save: ["*/grad/*"])
      try run.expectLosses(
        in: values,
        [
          "d_loss": "d_loss", "real_loss": "real", "wrong_loss": "wrong",
          "fake_loss": "fake_loss", "g_loss": "g_loss0", "g_loss_2": "g_loss1",
        ], below: "step\(step)/out/")
      for (update, theirs) in [
        ("discriminator", "gradD"), ("generator", "gradG0"), ("generator_2", "gradG1"),
      ] {
        let gradients = try run.gradients(in: values, prefix: update + "/grad/")
        try run.expectGradients(
          gradients, count: update == "discriminator" ? 22 : 20, below: "step\(step)/\(theirs)/",
          vanishing: update == "discriminator" ? Self.centredInD : Self.centredInG)
      }
    }
    try run.expectWeights(try run.weights(after: example.steps - 1), count: 42)
  }

  /// Biases ahead of a batch normalisation.
  private static let centredInD: Set = [
    "D.conv1.bias", "D.conv2.bias", "D.conv3.bias", "D.joint.bias",
  ]
  private static let centredInG: Set = ["G.deconv1.bias", "G.deconv2.bias", "G.deconv3.bias"]
}
