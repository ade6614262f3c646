import Testing
import Training

/// GAN-CLS and GAN-INT-CLS, trained on emoji through the command line; see `SlowTraining`.
@Suite(.serialized, .enabled(if: SlowTraining.isWanted && EmojiImporter().isInstalled))
struct EmojiTextToImageTests {
  let training: SlowTraining

  init() throws { training = try SlowTraining() }

  /// The share of drawn pictures whose nearest training picture is that of their caption.
  private func retrieval(_ run: String) throws -> Double {
    let result = try training.measured(
      "retrieval", "model.plan", "--weights", "\(run)/checkpoint.safetensors", "--data",
      "emoji.safetensors")
    return try #require(result["top1"] as? Double)
  }

  @Test(arguments: ["emoji", "emoji_int"])
  func `what is drawn resembles the picture of its caption more than all others`(
    graph: String
  ) throws {
    try training.planform("data", "emoji", "-o", "emoji.safetensors")
    try training.compile("text_to_image/\(graph).yaml", to: "model.plan")
    for (run, steps) in [("untrained", "1"), ("trained", "1500")] {
      try training.train("model.plan", on: "emoji.safetensors", to: run, "--steps", steps)
    }
    // One of 196 by chance.
    #expect(try retrieval("untrained") < 0.05)
    #expect(try retrieval("trained") > 0.9)
  }
}
