import Foundation
import Testing

/// Trainings that take minutes, with a bound that an untrained model misses.
///
/// They run if PLANFORM_SLOW_TESTS is set, one after the other:
///
///     PLANFORM_SLOW_TESTS=1 swift test -c release -Xswiftc -enable-testing --no-parallel --filter Stage2EmojiTests
///
/// The suites are RingTests, FashionMNISTTests, EmojiTextToImageTests, Stage2EmojiTests and StarGAN2TrainingTests; each
/// trains for some minutes on two cores. Those whose pictures are not installed are left out.
struct SlowTraining {
  static let isWanted = ProcessInfo.processInfo.environment["PLANFORM_SLOW_TESTS"] != nil

  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  func planform(_ arguments: String...) throws { try planform(arguments) }

  /// Compiles a graph of the repository.
  func compile(_ graph: String, to plan: String, _ settings: String...) throws {
    try planform(
      ["compile", Repository.path("graphs/\(graph)"), "-o", plan, "--quiet"]
        + settings.flatMap { ["--set", $0] })
  }

  /// Trains without drawing samples.
  func train(_ plan: String, on data: String, to run: String, _ more: String...) throws {
    try planform(["train", plan, "--data", data, "--out", run, "--sample-every", "0"] + more)
  }

  /// The numbers of an evaluation's JSON.
  func measured(_ arguments: String...) throws -> [String: Any] { try measured(arguments) }

  func measured(_ arguments: [String]) throws -> [String: Any] {
    try planform(["evaluate"] + arguments + ["--json", "result.json"])
    let json = try JSONSerialization.jsonObject(with: folder.bytes(of: "result.json"))
    return try #require(json as? [String: Any])
  }

  private func planform(_ arguments: [String]) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }
}
