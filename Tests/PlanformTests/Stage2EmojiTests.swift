import Foundation
import Runtime
import Testing
import Training

/// StackGAN Stage-II at 128 pixels, trained on emoji above the demo's Stage-I; see `SlowTraining`.
@Suite(.serialized, .enabled(if: SlowTraining.isWanted && EmojiImporter().isInstalled))
struct Stage2EmojiTests {
  let training: SlowTraining

  init() throws { training = try SlowTraining() }

  @Test func `Stage-II draws what Stage-I cannot`() throws {
    try training.planform("data", "emoji", "--size", "128", "-o", "emoji.safetensors")
    try training.compile("stackgan/emoji.yaml", to: "stage1.plan")
    try training.train("stage1.plan", on: "emoji.safetensors", to: "stage1")
    try training.compile("stackgan/stage2-emoji.yaml", to: "stage2.plan", "steps=400")
    let stage1 = "generator:generator_ema=stage1/checkpoint.safetensors"
    try training.train(
      "stage2.plan", on: "emoji.safetensors", to: "untrained", "--steps", "1", "--load", stage1)
    try training.train("stage2.plan", on: "emoji.safetensors", to: "stage2", "--load", stage1)

    let untrained = try errors("untrained/checkpoint.safetensors")
    let trained = try errors("stage2/checkpoint.safetensors")
    // Both stand above the same Stage-I, to whose enlarged pictures an untrained Stage-II adds next to nothing.
    #expect(trained.stage1 == untrained.stage1)
    #expect(untrained.stage2 > 0.98 * untrained.stage1)
    #expect(trained.stage2 < 0.93 * trained.stage1)

    let retrieval = try training.measured(
      "retrieval", "stage2.plan", "--weights", "stage2/checkpoint.safetensors", "--data",
      "emoji.safetensors")
    #expect(try #require(retrieval["top1"] as? Double) > 0.9)
  }

  /// How far both stages' pictures are from the captions' own, over 192 emoji.
  ///
  /// The mean distance of a pixel, of 2 between black and white; Stage-I's pictures are enlarged for that.
  private func errors(_ weights: String) throws -> (stage1: Double, stage2: Double) {
    let data = try DataSet.open(path: training.folder.path("emoji.safetensors"))
    let (batch, batches) = (8, 24)
    var sums = (stage1: 0.0, stage2: 0.0)
    for first in stride(from: 0, to: batch * batches, by: batch) {
      let indices = first..<first + batch
      let pixels = indices.flatMap { Self.planes(of: data.picture(at: $0)) }
      try SafetensorsFile.write(
        [
          ("image", HostTensor(shape: [batch, 3, 128, 128], pixels)),
          (
            "text",
            HostTensor(
              shape: [batch, data.embeddingDimension],
              indices.flatMap { data.embedding(at: $0, caption: 0) })
          ),
        ], to: training.folder.path("inputs.safetensors"))
      try training.planform(
        "run", "stage2.plan", "compare", "--weights", weights, "--inputs", "inputs.safetensors",
        "--outputs", "values.safetensors")
      let values = try SafetensorsFile.read(path: training.folder.path("values.safetensors"))
      sums.stage1 += Double(try values.tensor("stage1_error").floats[0])
      sums.stage2 += Double(try values.tensor("stage2_error").floats[0])
    }
    return (sums.stage1 / Double(batches), sums.stage2 / Double(batches))
  }

  /// A picture as [3, height, width], from -1 to 1.
  private static func planes(of picture: Picture) -> [Float] {
    (0..<3).flatMap { channel in
      stride(from: channel, to: picture.rgb.count, by: 3).map { Float(picture.rgb[$0]) / 127.5 - 1 }
    }
  }
}
