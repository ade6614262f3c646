import Foundation
import Runtime
import Testing
import Training

/// Single iterations of the StackGAN graphs: losses in closed form, and which weights a step may move.
@Suite struct StackGANStepTests {
  // MARK: Losses

  @Test(arguments: [(StackGANStep.stage1, ["critic/"]), (.stage2, ["critic/", "uncond_critic/"])])
  func `a discriminator that cannot tell has a loss of 2 ln 2`(
    _ model: StackGANStep, _ heads: [String]
  ) throws {
    let folder = try model.compiled()
    var state = try model.initialState(in: folder)
    for head in heads { try state.fill(head, with: 0) }
    let values = try model.iterate(from: state, in: folder).values
    #expect(abs(try values.tensor("d_loss").floats[0] - 2 * Float(log(2.0))) < 1e-5)
  }

  /// The divergence of the caption's Gaussian from the normal one, which the projection's bias alone decides here.
  @Test(arguments: [
    (mu: 0, logvar: 0, divergence: 0), (1, 0, 0.5), (0, 2 * log(2.0), 1.5 - log(2.0)),
  ])
  func `the divergence of the condition has its closed form`(
    mu: Double, logvar: Double, divergence: Double
  ) throws {
    let model = StackGANStep.stage1
    let folder = try model.compiled()
    var state = try model.initialState(in: folder)
    try state.fill("generator/ca.fc.weight", with: 0)
    try state.set(
      "generator/ca.fc.bias",
      Array(repeating: Float(mu), count: 16) + Array(repeating: Float(logvar), count: 16))
    let values = try model.iterate(from: state, in: folder).values
    #expect(abs(Double(try values.tensor("kl_loss").floats[0]) - divergence) < 1e-6)
  }

  // MARK: Isolation

  @Test func `the discriminator's step leaves the generator's weights as they are`() throws {
    let model = StackGANStep.stage1
    let folder = try model.compiled { source in
      let step = source.components(separatedBy: "    # The same drawn pictures")
      let rest = step[1].components(separatedBy: "\nsample:")[1]
      return step[0] + "        - gradient: { as: slope, of: d_loss, to: text }\n"
        + "  report: [d_loss]\n  outputs: [slope]\n\nsample:" + rest
    }
    let before = try model.initialState(in: folder)
    let (values, after) = try model.iterate(from: before, in: folder)
    #expect(try before.bits(.weights, of: "generator") == after.bits(.weights, of: "generator"))
    #expect(try before.bits(.weights, of: "features") != after.bits(.weights, of: "features"))
    #expect(try before.bits(.weights, of: "critic") != after.bits(.weights, of: "critic"))
    // The condition is cut off: the caption's projection hears nothing of the discriminator's loss.
    #expect(try values.tensor("slope").floats.allSatisfy { $0 == 0 })
  }

  @Test func `the generator's step leaves the discriminator's weights as they are`() throws {
    let model = StackGANStep.stage1
    let folder = try model.compiled {
      $0.replacing("        - minimize: { loss: d_loss, with: d }\n", with: "")
    }
    let before = try model.initialState(in: folder)
    let after = try model.iterate(from: before, in: folder).state
    #expect(try before.bits(.weights, of: "features") == after.bits(.weights, of: "features"))
    #expect(try before.bits(.weights, of: "critic") == after.bits(.weights, of: "critic"))
    #expect(try before.bits(.weights, of: "generator") != after.bits(.weights, of: "generator"))
  }

  @Test func `Stage-II leaves Stage-I's weights as they are and moves its statistics`() throws {
    let model = StackGANStep.stage2
    let folder = try model.compiled()
    let before = try model.initialState(in: folder)
    let after = try model.iterate(from: before, in: folder).state
    #expect(try before.bits(.weights, of: "stage1") == after.bits(.weights, of: "stage1"))
    #expect(try before.bits(.statistics, of: "stage1") != after.bits(.statistics, of: "stage1"))
    for network in ["generator", "features", "critic", "uncond_critic"] {
      #expect(try before.bits(.weights, of: network) != after.bits(.weights, of: network))
    }
  }

  // MARK: Batches

  @Test(arguments: [StackGANStep.stage1, .stage2])
  func `a batch of one has no neighbour with a wrong caption`(_ model: StackGANStep) throws {
    let run = try Invocation(
      "check", Repository.path(model.file), "--set", "batch=1", in: ScratchFolder())
    #expect(run.code == 65)
    #expect(run.errors.contains("error: a picture's wrong caption is that of its neighbour"))
    #expect(run.errors.contains("batch is the number 1"))
  }
}
