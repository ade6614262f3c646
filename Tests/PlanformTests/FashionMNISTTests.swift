import Testing
import Training

/// A classifier and a DCGAN, trained on photographs of clothes through the command line; see `SlowTraining`.
@Suite(.serialized, .enabled(if: SlowTraining.isWanted && FashionImporter().isInstalled))
struct FashionMNISTTests {
  let training: SlowTraining

  init() throws { training = try SlowTraining() }

  private static let features = [
    "--features", "classifier.plan", "--feature-weights", "classifier/checkpoint.safetensors",
  ]

  /// A number of an evaluation's JSON.
  private func measured(_ key: String, _ arguments: String...) throws -> Double {
    try #require(try training.measured(arguments + Self.features)[key] as? Double)
  }

  private func trainClassifier() throws {
    for split in ["train", "test"] {
      try training.planform(
        "data", "fashion-mnist", "--split", split, "-o", "\(split).safetensors")
    }
    try training.compile("classifier/classifier.yaml", to: "classifier.plan")
    try training.train("classifier.plan", on: "train.safetensors", to: "classifier")
  }

  /// The classifier is right about unseen pictures; a DCGAN draws what it is sure about, of all kinds.
  @Test func `what DCGAN draws is recognised, and nearer to clothes than what it drew at first`()
    throws
  {
    try trainClassifier()
    #expect(try measured("accuracy", "accuracy", "--data", "test.safetensors") > 0.85)
    try training.compile("dcgan/fashion-mnist.yaml", to: "dcgan.plan")
    try training.train("dcgan.plan", on: "train.safetensors", to: "untrained", "--steps", "1")
    try training.train("dcgan.plan", on: "train.safetensors", to: "run")
    let scores = try ["untrained", "run"].map { run in
      try measured(
        "mean", "inception-score", "dcgan.plan", "--weights", "\(run)/checkpoint.safetensors",
        "--samples", "2048", "--splits", "4")
    }
    // Ten is the best; pictures that all look alike score 1.
    #expect(scores[0] < 2)
    #expect(scores[1] > 3.5)
    let distances = try ["untrained", "run"].map { run in
      try measured(
        "FID", "fid", "dcgan.plan", "--weights", "\(run)/checkpoint.safetensors", "--data",
        "test.safetensors", "--samples", "2048")
    }
    #expect(distances[1] < distances[0] / 4)
  }
}
