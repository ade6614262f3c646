import Foundation
import Testing

/// StarGAN v2, trained through the command line until others than its critic believe it.
@Suite(
  .serialized,
  .enabled(if: ProcessInfo.processInfo.environment["PLANFORM_SLOW_TESTS"] != nil))
struct StarGAN2TrainingTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func planform(_ arguments: String...) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }

  /// The numbers of an evaluation's JSON.
  private func measured(_ arguments: String...) throws -> [String: Any] {
    let run = try Invocation(
      arguments: ["evaluate"] + arguments + ["--json", "result.json"], in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
    let json = try JSONSerialization.jsonObject(with: folder.bytes(of: "result.json"))
    return try #require(json as? [String: Any])
  }

  /// A run of one step, and a whole one.
  private func trainTwice(_ graph: String, on data: String) throws {
    try planform("compile", Repository.path(graph), "-o", "model.plan", "--quiet")
    try planform(
      "train", "model.plan", "--data", data, "--out", "untrained", "--steps", "1",
      "--sample-every", "0")
    try planform("train", "model.plan", "--data", data, "--out", "run", "--sample-every", "0")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")))
  func `shoes become shoes of the wanted kind, says a classifier`() throws {
    for split in ["train", "test"] {
      try planform(
        "data", "fashion-mnist", "--classes", "sandal,sneaker,ankle-boot", "--split", split, "-o",
        "\(split).safetensors")
    }
    try planform(
      "compile", Repository.path("graphs/classifier/classifier.yaml"), "-o", "classifier.plan",
      "--set", "classes=3", "--set", "width=8", "--set", "steps=250", "--quiet")
    try planform("train", "classifier.plan", "--data", "train.safetensors", "--out", "classifier")
    try trainTwice("graphs/stargan2/fashion.yaml", on: "train.safetensors")
    let accuracies = try ["untrained", "run"].map { run in
      try measured(
        "accuracy", "model.plan", "--weights", "\(run)/checkpoint.safetensors", "--data",
        "test.safetensors", "--samples", "600", "--features", "classifier.plan",
        "--feature-weights", "classifier/checkpoint.safetensors")["accuracy"] as? Double ?? 0
    }
    // A third is chance.
    #expect(accuracies[0] < 0.45)
    #expect(accuracies[1] > 0.7)
  }
}
