import Testing
import Training

/// StackGAN with TensorFlow's semantics against an independent computation in float64, from given weights.
///
/// The reference pads as SAME, keeps the biased running variance, adds epsilon to Adam's raw root, and holds its weights
/// in TensorFlow's layouts.
@Suite struct TensorFlowStackGANReferenceTests {
  private static let map = "Tests/Fixtures/stackgan_tensorflow.weights.yaml"
  private static let sizes = ["batch=4", "text_dim=12", "ef_dim=8", "z_dim=6", "df_dim=2"]

  /// The batch norm behind it takes this bias out again, so that its gradient is rounding and nothing else.
  private static let cancelled = "generator/image.fc/bias"

  @Test(arguments: ReferenceRun.ways)
  func `Stage-I with bottlenecks gives the losses, gradients and weights of the reference`(
    _ way: [String]
  ) throws {
    try compareStage1("default", gradients: 58, weights: 92, way)
  }

  @Test(arguments: ReferenceRun.ways)
  func `the simple Stage-I gives the losses, gradients and weights of the reference`(
    _ way: [String]
  ) throws {
    try compareStage1("simple", gradients: 32, weights: 48, way)
  }

  private func compareStage1(
    _ network: String, gradients: Int, weights: Int, _ way: [String]
  ) throws {
    let cancelled = network == "default" ? Self.cancelled : ""
    let run = try ReferenceRun(
      graph: "graphs/stackgan/tensorflow/stage1.yaml", map: Self.map,
      fixture: "stackgan_tensorflow_\(network).safetensors",
      sizes: Self.sizes + ["gf_dim=2", "image_size=32", "network_type=\(network)"], way: way)
    for step in 0..<2 {
      let given = "step\(step)/in/"
      let values = try run.iterate(
        step,
        inputs: [
          "image": given + "image", "wrong_image": given + "wrong_image", "text": given + "text",
          "noise": given + "noise", "drawn.ca.epsilon": given + "drawn.ca.epsilon",
          "fresh_noise": given + "fresh_noise",
          "redrawn.ca.epsilon": given + "redrawn.ca.epsilon",
        ],
        save: ["grad/*", "adversarial_loss"])
      try run.expectLosses(
        in: values,
        [
          "real_loss": "real_loss", "wrong_loss": "wrong_loss", "fake_loss": "fake_loss",
          "d_loss": "d_loss", "adversarial_loss": "adversarial_loss", "kl_loss": "kl_loss",
          "g_loss": "g_loss",
        ], below: "step\(step)/out/")
      try run.expectGradients(
        try run.without(cancelled, try run.gradients(in: values)), count: gradients,
        below: "step\(step)/grad/")
    }
    try run.expectWeights(try run.without(cancelled, try run.weights(after: 1)), count: weights)
  }

  @Test(arguments: ReferenceRun.ways.filter { $0.last != "float32" })
  func `Stage-II with fine-tuning gives the losses, gradients and weights of the reference`(
    _ way: [String]
  ) throws {
    let run = try ReferenceRun(
      graph: "graphs/stackgan/tensorflow/stage2.yaml", map: Self.map,
      fixture: "stackgan_tensorflow_stage2.safetensors",
      sizes: Self.sizes + ["gf_dim=4", "image_size=32", "finetune=true"], way: way)
    // Adam's first step is a sign nearly everywhere, and some signs are rounding in float32: gradients through updated
    // weights, and what follows from all updates, are compared in float64 alone.
    let isExact = way.last == "float64"
    for step in 0..<(isExact ? 2 : 1) {
      let given = "step\(step)/in/"
      let values = try run.iterate(
        step,
        inputs: [
          "image": "in/image", "wrong_image": "in/wrong_image", "text": "in/text",
          "noise": given + "noise", "small.ca.epsilon": given + "small.ca.epsilon",
          "large.ca.epsilon": given + "large.ca.epsilon", "hr_g_noise": given + "hr_g_noise",
          "hr_g_small.ca.epsilon": given + "hr_g_small.ca.epsilon",
          "hr_g_large.ca.epsilon": given + "hr_g_large.ca.epsilon", "d_noise": given + "d_noise",
          "d_small.ca.epsilon": given + "d_small.ca.epsilon", "g_noise": given + "g_noise",
          "g_small.ca.epsilon": given + "g_small.ca.epsilon",
        ],
        save: ["*/grad/*", "adversarial_loss", "hr_adversarial_loss"])
      try run.expectLosses(
        in: values,
        [
          "hr_d_loss": "hr_d_loss", "hr_adversarial_loss": "hr_adversarial_loss",
          "hr_kl_loss": "hr_kl_loss", "hr_g_loss": "hr_g_loss", "d_loss": "d_loss",
          "adversarial_loss": "adversarial_loss", "kl_loss": "kl_loss", "g_loss": "g_loss",
        ], below: "step\(step)/out/")
      if step == 0 { try expectGradients(of: values, in: run, throughUpdates: isExact) }
    }
    guard isExact else { return }
    try run.expectWeights(try run.without(Self.cancelled, try run.weights(after: 1)), count: 230)
  }

  /// Each sub-step's gradients; Stage-I's generator has two, by Stage-II's loss and by its own.
  ///
  /// - Parameter throughUpdates: whether those of sub-steps behind an update are compared as well.
  private func expectGradients(
    of values: SafetensorsFile, in run: ReferenceRun, throughUpdates: Bool
  ) throws {
    let counts = [
      "hr_discriminator": 37, "hr_generator": 82, "discriminator": 25, "generator": 33,
    ]
    for (step, count) in counts where throughUpdates || step == "hr_discriminator" {
      let found = try run.gradients(in: values, prefix: "\(step)/grad/")
      try run.expectGradients(
        try run.without(Self.cancelled, found), count: count, below: "step0/\(step)/grad/")
    }
  }
}

extension ReferenceRun {
  /// The file without one tensor.
  fileprivate func without(_ name: String, _ file: SafetensorsFile) throws -> SafetensorsFile {
    let rest = try file.names.filter { $0 != name }.map { ($0, try file.tensor($0)) }
    try SafetensorsFile.write(rest, to: folder.path("rest.safetensors"))
    return try SafetensorsFile.read(path: folder.path("rest.safetensors"))
  }
}
