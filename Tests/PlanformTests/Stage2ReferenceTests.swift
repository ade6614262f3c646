import Runtime
import Testing
import Training

/// StackGAN Stage-II against numbers of the authors' networks in PyTorch: two iterations on a frozen Stage-I.
@Suite struct Stage2ReferenceTests {
  static let sizes = [
    "batch=2", "gf_dim=4", "df_dim=2", "r_num=2", "text_dim=24", "cond_dim=16", "z_dim=10",
  ]

  @Test(arguments: ReferenceRun.ways)
  func `two iterations give the losses, gradients, weights and pictures of PyTorch`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/stackgan/stage2.yaml", fixture: "stackgan_stage2.safetensors",
      sizes: Self.sizes, way: way)
    for step in 0..<2 {
      let values = try run.iterate(
        step, inputs: Self.inputs(of: step), save: ["grad/*", "adversarial_loss"])
      try run.expectLosses(
        in: values,
        [
          "d_loss": "errD", "real_loss": "real", "wrong_loss": "wrong", "fake_loss": "fake_loss",
          "uncond_real_loss": "uncond_real", "uncond_fake_loss": "uncond_fake", "kl_loss": "kl",
          "adversarial_loss": "errG", "g_loss": "errG_total",
        ], below: "step\(step)/out/")
      try run.expectGradients(
        try run.gradients(in: values), count: 63, below: "step\(step)/grad")
    }
    // Stage-I's weights are among them, unmoved, and its running statistics, which have moved.
    try run.expectWeights(try run.weights(after: 1), count: 125)
    try run.expectPicture()
  }

  fileprivate static func inputs(of step: Int) -> KeyValuePairs<String, String> {
    let given = "step\(step)/in/"
    return [
      "image": given + "image", "text": given + "text", "noise": given + "noise",
      "drawn.ca.epsilon": given + "stage1_epsilon", "g.ca.epsilon": given + "epsilon",
    ]
  }
}

extension ReferenceRun {
  /// The picture that running statistics give to the first iteration's captions and noise, within 1e-4.
  fileprivate func expectPicture() throws {
    let given = "step0/in/"
    let values = try iterate(
      2, program: "sample",
      inputs: [
        "text": given + "text", "noise": given + "noise",
        "drawn.ca.epsilon": given + "stage1_epsilon", "g.ca.epsilon": given + "epsilon",
      ])
    let expected = try reference.tensor("eval/out/fake").floats
    let found = try values.tensor("image").floats
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-4 })
  }
}
