import Foundation
import Runtime
import Testing
import Training

/// StackGAN Stage-II on a frozen Stage-I against numbers made in PyTorch.
///
/// Networks as small as these are unstable: a rounding error turns a ReLU on or off, of which there are few, and Adam's
/// first steps are as long for a small gradient as for a large one. PyTorch itself does not repeat in single precision
/// what it computes in double, beyond the first discriminator step. Two whole iterations are therefore compared in double
/// precision, with `stackgan_stage2_float64.safetensors`, and in single precision what is stable.
/// `stackgan_stage2.safetensors` comes from the authors' networks in single precision.
@Suite struct Stage2ReferenceTests {
  static let sizes = [
    "batch=2", "gf_dim=4", "df_dim=2", "r_num=2", "text_dim=24", "cond_dim=16", "z_dim=10",
  ]

  @Test func `the authors' weights give the authors' losses`() throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "stackgan_stage2.safetensors", sizes: Self.sizes)
    let values = try run.iterate(0, inputs: Self.inputs(of: 0))
    // The generator's other loss comes after an update of the discriminator.
    try run.expectLosses(in: values, Self.discriminatorLosses, below: "step0/out/")
    try run.expectLosses(in: values, ["kl_loss": "kl"], below: "step0/out/")
  }

  @Test func `trained weights and running statistics give the authors' pictures`() throws {
    let run = try ReferenceRun(
      graph: Self.graph, fixture: "stackgan_stage2.safetensors", weights: "final/",
      sizes: Self.sizes)
    let given = "step1/in/"
    let values = try run.iterate(
      0, program: "sample",
      inputs: [
        "text": given + "text", "noise": given + "noise",
        "drawn.ca.epsilon": given + "stage1_epsilon", "g.ca.epsilon": given + "epsilon",
      ])
    let expected = try run.reference.tensor("eval/out/fake").floats
    let found = try values.tensor("image").floats
    // The pictures are almost grey, so that the error is measured against their brightest spot.
    let scale = expected.map(abs).max() ?? 0
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-4 * scale })
  }

  @Test func `an iteration in single precision follows the one in double precision`() throws {
    let run = try Self.exactRun(way: [])
    let values = try run.iterate(
      0, inputs: Self.inputs(of: 0), save: ["discriminator/grad/*", "adversarial_loss"])
    try run.expectLosses(in: values, Self.discriminatorLosses, below: "step0/out/")
    try run.expectLosses(in: values, Self.generatorLosses, below: "step0/out/")
    let gradients = try run.gradients(in: values, prefix: "discriminator/grad/")
    try run.expectGradients(gradients, count: 29, below: "step0/grad")
  }

  @Test func `two iterations in double precision give the weights of PyTorch`() throws {
    let run = try Self.exactRun(way: ["--reference", "--precision", "float64"])
    for step in 0..<2 {
      let values = try run.iterate(
        step, inputs: Self.inputs(of: step), save: ["grad/*", "adversarial_loss"])
      try run.expectLosses(in: values, Self.discriminatorLosses, below: "step\(step)/out/")
      try run.expectLosses(in: values, Self.generatorLosses, below: "step\(step)/out/")
      try run.expectGradients(
        try run.gradients(in: values), count: 66, below: "step\(step)/grad")
    }
    // Stage-I's weights are among them, unmoved, and its running statistics, which have moved.
    try run.expectWeights(try run.weights(after: 1), count: 132)
  }

  // MARK: Parts

  private static let graph = "graphs/stackgan/stage2.yaml"

  private static let discriminatorLosses: KeyValuePairs = [
    "d_loss": "errD", "real_loss": "real", "wrong_loss": "wrong", "fake_loss": "fake_loss",
    "uncond_real_loss": "uncond_real", "uncond_fake_loss": "uncond_fake",
  ]

  private static let generatorLosses: KeyValuePairs = [
    "kl_loss": "kl", "adversarial_loss": "errG", "g_loss": "errG_total",
  ]

  /// The same networks in PyTorch in double precision; both iterations look at the same pictures.
  private static func exactRun(way: [String]) throws -> ReferenceRun {
    try ReferenceRun(
      graph: graph, fixture: "stackgan_stage2_float64.safetensors", sizes: sizes, way: way)
  }

  private static func inputs(of step: Int) -> KeyValuePairs<String, String> {
    let given = "step\(step)/in/"
    return [
      "image": "step0/in/image", "text": given + "text", "noise": given + "noise",
      "drawn.ca.epsilon": given + "stage1_epsilon", "g.ca.epsilon": given + "epsilon",
    ]
  }
}
