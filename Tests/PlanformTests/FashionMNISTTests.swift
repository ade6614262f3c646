import Foundation
import Testing

/// A classifier and a DCGAN, trained on photographs of clothes through the command line.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["PLANFORM_SLOW_TESTS"] != nil
      && FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")))
struct FashionMNISTTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func planform(_ arguments: String...) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }

  /// A number of an evaluation's JSON.
  private func measured(_ key: String, _ arguments: String...) throws -> Double {
    let run = try Invocation(
      arguments: ["evaluate"] + arguments + [
        "--features", "classifier.plan", "--feature-weights",
        "classifier/checkpoint.safetensors", "--json", "result.json",
      ], in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
    let json = try JSONSerialization.jsonObject(with: folder.bytes(of: "result.json"))
    return try #require((json as? [String: Any])?[key] as? Double)
  }

  private func trainClassifier() throws {
    for split in ["train", "test"] {
      try planform("data", "fashion-mnist", "--split", split, "-o", "\(split).safetensors")
    }
    try planform(
      "compile", Repository.path("graphs/classifier/classifier.yaml"), "-o", "classifier.plan")
    try planform("train", "classifier.plan", "--data", "train.safetensors", "--out", "classifier")
  }

  /// The classifier is right about unseen pictures; a DCGAN draws what it is sure about, of all kinds.
  @Test func `what DCGAN draws is recognised, and nearer to clothes than what it drew at first`()
    throws
  {
    try trainClassifier()
    #expect(try measured("accuracy", "accuracy", "--data", "test.safetensors") > 0.85)
    try planform(
      "compile", Repository.path("graphs/dcgan/fashion-mnist.yaml"), "-o", "dcgan.plan")
    try planform(
      "train", "dcgan.plan", "--data", "train.safetensors", "--out", "untrained", "--steps", "1",
      "--sample-every", "0")
    try planform("train", "dcgan.plan", "--data", "train.safetensors", "--out", "run")
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
