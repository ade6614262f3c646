import Testing
import Training

/// StackGAN Stage-I against numbers of the authors' networks in PyTorch: three iterations, from imported weights.
@Suite struct Stage1ReferenceTests {
  static let sizes = ["batch=4", "gf_dim=4", "df_dim=8", "text_dim=24", "cond_dim=16", "z_dim=10"]

  /// Our names of the losses and the authors'.
  static let losses: KeyValuePairs = [
    "d_loss": "errD", "real_loss": "real", "wrong_loss": "wrong", "fake_loss": "fake_loss",
    "kl_loss": "kl", "adversarial_loss": "errG", "g_loss": "errG_total",
  ]

  /// One iteration on the reference's inputs and noises, with its losses and gradients.
  static func iterate(_ run: ReferenceRun, _ step: Int) throws -> SafetensorsFile {
    let given = "step\(step)/in/"
    return try run.iterate(
      step,
      inputs: [
        "image": given + "image", "text": given + "text", "noise": given + "noise",
        "g.ca.epsilon": given + "epsilon",
      ],
      save: ["grad/*", "adversarial_loss"])
  }

  @Test(arguments: ReferenceRun.ways)
  func `three iterations give the losses, gradients and weights of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/stackgan/stage1.yaml", fixture: "stackgan_stage1.safetensors",
      sizes: Self.sizes, way: way)
    for step in 0..<3 {
      let values = try Self.iterate(run, step)
      try run.expectLosses(in: values, Self.losses, below: "step\(step)/out/")
      try run.expectGradients(
        try run.gradients(in: values), count: 33, below: "step\(step)/grad")
    }
    try run.expectWeights(try run.weights(after: 2), count: 51)
  }
}
