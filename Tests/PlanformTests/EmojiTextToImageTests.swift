import Foundation
import Testing
import Training

/// GAN-CLS and GAN-INT-CLS, trained on emoji through the command line.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["PLANFORM_SLOW_TESTS"] != nil
      && EmojiImporter().isInstalled))
struct EmojiTextToImageTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func planform(_ arguments: String...) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }

  /// The share of drawn pictures whose nearest training picture is that of their caption.
  private func retrieval(_ run: String) throws -> Double {
    try planform(
      "evaluate", "retrieval", "model.plan", "--weights", "\(run)/checkpoint.safetensors", "--data",
      "emoji.safetensors", "--json", "\(run).json")
    let json = try JSONSerialization.jsonObject(with: folder.bytes(of: "\(run).json"))
    return try #require((json as? [String: Any])?["top1"] as? Double)
  }

  @Test(arguments: ["emoji", "emoji_int"])
  func `what is drawn resembles the picture of its caption more than all others`(
    graph: String
  ) throws {
    try planform("data", "emoji", "-o", "emoji.safetensors")
    try planform(
      "compile", Repository.path("graphs/text_to_image/\(graph).yaml"), "-o", "model.plan",
      "--quiet")
    for (run, steps) in [("untrained", "1"), ("trained", "1500")] {
      try planform(
        "train", "model.plan", "--data", "emoji.safetensors", "--out", run, "--steps", steps,
        "--sample-every", "0")
    }
    // One of 196 by chance.
    #expect(try retrieval("untrained") < 0.05)
    #expect(try retrieval("trained") > 0.9)
  }
}
