import Foundation
import Testing
import Training

/// StarGAN v2, trained through the command line until others than its critic believe it; see `SlowTraining`.
@Suite(.serialized, .enabled(if: SlowTraining.isWanted))
struct StarGAN2TrainingTests {
  let training: SlowTraining

  init() throws { training = try SlowTraining() }

  /// A run of one step, and a whole one.
  private func trainTwice(_ graph: String, on data: String, _ settings: String...) throws {
    try training.compile("stargan2/\(graph).yaml", to: "model.plan")
    try training.train("model.plan", on: data, to: "untrained", "--steps", "1")
    try training.train("model.plan", on: data, to: "run")
  }

  /// How often translations pass as pictures of the wanted domain with the classifier in `classifier.plan`: of an
  /// untrained model and of the trained one.
  private func accuracies(on data: String, samples: Int) throws -> [Double] {
    try ["untrained", "run"].map { run in
      let result = try training.measured(
        "accuracy", "model.plan", "--weights", "\(run)/checkpoint.safetensors", "--data", data,
        "--samples", "\(samples)", "--features", "classifier.plan", "--feature-weights",
        "classifier/checkpoint.safetensors")
      return try #require(result["accuracy"] as? Double)
    }
  }

  @Test(.enabled(if: FashionImporter().isInstalled))
  func `shoes become shoes of the wanted kind, says a classifier`() throws {
    for split in ["train", "test"] {
      try training.planform(
        "data", "fashion-mnist", "--classes", "sandal,sneaker,ankle-boot", "--split", split, "-o",
        "\(split).safetensors")
    }
    try training.compile(
      "classifier/classifier.yaml", to: "classifier.plan", "classes=3", "width=8", "steps=250")
    try training.train("classifier.plan", on: "train.safetensors", to: "classifier")
    try trainTwice("fashion", on: "train.safetensors")
    let accuracies = try accuracies(on: "test.safetensors", samples: 600)
    // A third is chance.
    #expect(accuracies[0] < 0.45)
    #expect(accuracies[1] > 0.7)
  }

  /// EmojiOne's pictures are where `planform data emoji` looks for them, or where PLANFORM_EMOJIONE says.
  private static let emojiOne =
    ProcessInfo.processInfo.environment["PLANFORM_EMOJIONE"] ?? EmojiImporter.defaultRoot

  private static var hasBothHands: Bool {
    var importer = EmojiImporter()
    importer.styles = [.noto, .emojione]
    importer.emojiOneRoot = emojiOne
    return importer.isInstalled
  }

  @Test(.enabled(if: hasBothHands))
  func `what one hand has drawn comes near to what the other has drawn`() throws {
    try training.planform(
      "data", "emoji", "--style", "noto,emojione", "--emojione", Self.emojiOne, "--size", "32",
      "-o", "hands.safetensors")
    try training.compile(
      "classifier/classifier.yaml", to: "classifier.plan", "classes=2", "width=8", "steps=150")
    try training.train("classifier.plan", on: "hands.safetensors", to: "classifier")
    try trainTwice("emoji", on: "hands.safetensors")
    let errors = try ["untrained", "run"].map { run in
      try training.measured(
        "pairs", "model.plan", "--weights", "\(run)/checkpoint.safetensors", "--program", "redraw",
        "--data", "hands.safetensors")
    }
    let absolute = try errors.map { try #require($0["L1_latent/mean"] as? Double) }
    let squared = try errors.map { try #require($0["MSE_latent/mean"] as? Double) }
    let untouched = try #require(errors[1]["MSE_source/mean"] as? Double)
    // A source that is left alone has a mean error of 0.138, which is hard to beat, and a squared one of 0.0545.
    #expect(absolute[0] > 0.3)
    #expect(absolute[1] < 0.155)
    #expect(squared[1] < untouched)
    let accuracies = try accuracies(on: "hands.safetensors", samples: 392)
    // Sources that are left alone pass for the other hand's in one case of ten.
    #expect(accuracies[1] > 0.35)
  }
}
