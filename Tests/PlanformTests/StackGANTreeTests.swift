import Foundation
import Runtime
import Testing
import Training

/// Single iterations of StackGAN-v2: losses in closed form, first weights, the moving average.
@Suite struct StackGANTreeTests {
  @Test func `six judgements by a discriminator that cannot tell cost 6 ln 2`() throws {
    let model = StackGANStep.tree
    let folder = try model.compiled()
    var state = try model.initialState(in: folder)
    try state.fill("d_64/uncond", with: 0)
    try state.fill("d_64/cond", with: 0)
    let values = try model.iterate(from: state, in: folder).values
    #expect(abs(try values.tensor("d_loss_64").floats[0] - 6 * Float(log(2.0))) < 1e-5)
  }

  /// A wrong picture is a real one: where only the judgement without the caption is sure, and sure that a picture is
  /// real, the two real pictures cost nothing and the drawn one costs all.
  @Test func `a wrong picture passes without its caption`() throws {
    let model = StackGANStep.tree
    let folder = try model.compiled()
    var state = try model.initialState(in: folder)
    try state.fill("d_64/uncond.logit.weight", with: 0)
    try state.fill("d_64/uncond.logit.bias", with: 20)
    try state.fill("d_64/cond", with: 0)
    let values = try model.iterate(from: state, in: folder).values
    #expect(abs(try values.tensor("d_loss_64").floats[0] - 3 * Float(log(2.0)) - 20) < 1e-4)
  }

  @Test func `without captions there are two judgements`() throws {
    let model = StackGANStep.treeWithoutCaptions
    let folder = try model.compiled()
    var state = try model.initialState(in: folder)
    try state.fill("d_64/uncond", with: 0)
    let (values, after) = try model.iterate(from: state, in: folder)
    #expect(abs(try values.tensor("d_loss_64").floats[0] - 2 * Float(log(2.0))) < 1e-5)
    #expect(!after.tensors.keys.contains { $0.contains("/ca.") || $0.contains("/cond") })
  }

  @Test func `the caption's Gaussian hears the generator's step and not the discriminator's`()
    throws
  {
    let model = StackGANStep.tree
    let folder = try model.compiled { source in
      source.replacing(
        "  report:\n",
        with: """
              - gradients:
                  - gradient: { as: d_slope, of: d_loss_64, to: text }
                  - gradient: { as: g_slope, of: g_loss_64, to: text }
            outputs: [d_slope, g_slope]
            report:

          """)
    }
    let values = try model.iterate(
      from: try model.initialState(in: folder), in: folder
    ).values
    #expect(try values.tensor("d_slope").floats.allSatisfy { $0 == 0 })
    #expect(try values.tensor("g_slope").floats.contains { $0 != 0 })
  }

  @Test func `first weights are orthogonal and the average follows them slowly`() throws {
    let model = StackGANStep.tree
    let folder = try model.compiled()
    let before = try model.initialState(in: folder)
    let weight = try #require(before.tensors["d_64/h.conv2d.weight"])
    let length = weight.count / weight.shape[0]
    for (row, other) in [(0, 0), (0, 1), (1, 1), (2, 3)] {
      let product = (0..<length).reduce(Float(0)) {
        $0 + weight.floats[row * length + $1] * weight.floats[other * length + $1]
      }
      #expect(abs(product - (row == other ? 1 : 0)) < 1e-5)
    }
    let after = try model.iterate(from: before, in: folder).state
    for name in ["ca.fc.weight", "image_64.conv3x3.conv2d.weight"] {
      let first = try #require(before.tensors["generator/\(name)"]).floats
      let next = try #require(after.tensors["generator/\(name)"]).floats
      let average = try #require(after.tensors["generator_ema/\(name)"]).floats
      #expect(first != next)
      #expect(
        average.indices.allSatisfy {
          abs(average[$0] - 0.999 * first[$0] - 0.001 * next[$0]) < 1e-7
        })
    }
  }

  // MARK: Colours

  /// Of pictures of 8x8 pixels and the 4x4 pixels that they grew from.
  @Test func `equal colours cost nothing, others their distance`() throws {
    let small = StackGANStep.numbers([1, 3, 4, 4]).floats
    let enlarged = Self.picture { channel, row, column in
      small[channel * 16 + row / 2 * 4 + column / 2]
    }
    #expect(try Self.colorLoss(of: enlarged, from: small) < 1e-10)
    let black = [Float](repeating: 0, count: 48)
    // A third of the mean colour's squares is 1.
    let red = Self.picture { channel, _, _ in channel == 0 ? 1 : 0 }
    #expect(abs(try Self.colorLoss(of: red, from: black) - 1 / 3) < 1e-6)
    // The variance of 1 and -1 in turns is 1, one of nine numbers that count five times.
    let chess = Self.picture { channel, row, column in
      channel > 0 ? 0 : (row + column).isMultiple(of: 2) ? 1 : -1
    }
    #expect(abs(try Self.colorLoss(of: chess, from: black) - 5 / 9) < 1e-6)
  }

  private static func picture(_ pixel: (Int, Int, Int) -> Float) -> [Float] {
    (0..<192).map { pixel($0 / 64, $0 / 8 % 8, $0 % 8) }
  }

  private static func colorLoss(of picture: [Float], from smaller: [Float]) throws -> Float {
    let folder = try StackGANStep.treeWithoutCaptions.compiled { source in
      source + """

        colors:
          inputs: { picture: [1, 3, 8, 8], smaller: [1, 3, 4, 4] }
          nodes: [{ COLOR_LOSS: { as: loss, from: [picture, smaller], size: 8 } }]
          outputs: [loss]
        """
    }
    try SafetensorsFile.write(
      [
        ("picture", HostTensor(shape: [1, 3, 8, 8], picture)),
        ("smaller", HostTensor(shape: [1, 3, 4, 4], smaller)),
      ], to: folder.path("colors.safetensors"))
    try StackGANStep.succeed(
      [
        "run", "model.plan", "colors", "--inputs", "colors.safetensors", "--outputs",
        "loss.safetensors",
      ], in: folder)
    return try SafetensorsFile.read(path: folder.path("loss.safetensors")).tensor("loss").floats[0]
  }
}
