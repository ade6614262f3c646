import Foundation
import FuzzSupport
import Testing

/// Arguments that nobody would write: every run ends soon, with an exit code that the help explains.
@Suite struct FlagFuzzTests {
  private static let commands = [
    "check", "compile", "show", "data", "train", "sample", "evaluate", "run", "verify", "profile",
    "weights", "operators", "schema", "help",
  ]

  private static let words = [
    "model.yaml", "model.plan", "none.plan", "junk", ".", "/dev/null", "", "-", "--", "--set",
    "batch=2", "batch=-1", "batch=1e99", "width=0", "width=9223372036854775807", "=", "--output",
    "-o", "out", "missing/out", "--quiet", "--no-layers", "--without", "fusion", "--dump-after",
    "all", "--stop-after", "simplification", "--memory-limit", "1KiB", "9999999999999999999GiB",
    "--threads", "0", "1", "99999999999", "--steps", "-3", "--seed", "18446744073709551616",
    "--data", "--out", "--weights", "--text", "\u{0}x", "é\u{301}", "--program", "train",
    "--input", "x=junk", "--save", "--calls", "--memory", "--json", "--markdown", "import",
    "export", "show", "emoji", "folder", "--from", "--map", "--strict", "--help", "--version",
    "--bogus", "conv2d", "--plan", "--prefix",
  ]

  @Test func `random arguments never crash and never hang`() throws {
    let folder = try ScratchFolder.withModel()
    try folder.write("junk", to: "junk")
    let compiled = try Invocation(
      "compile", "model.yaml", "-o", "model.plan", "--quiet", in: folder)
    #expect(compiled.code == 0)
    var mutator = Mutator(seed: 64)
    for _ in 0..<(runsSlowTests ? 2_000 : 200) {
      var arguments = [Self.commands[mutator.below(Self.commands.count)]]
      for _ in 0..<mutator.below(7) {
        arguments.append(Self.words[mutator.below(Self.words.count)])
      }
      // `data emoji` draws a whole font of the system, which takes its time.
      guard !arguments.contains("emoji") || !arguments.contains("data") else { continue }
      arguments = arguments.map { $0.replacing("\u{0}", with: "") }
      let run = try Invocation(arguments: arguments, in: folder, limit: 20)
      #expect(
        [0, 64, 65, 66, 73, 74].contains(run.code), "\(arguments): \(run.code)\n\(run.errors)")
      #expect(run.code == 0 || run.errors.contains("error: "), "\(arguments)")
    }
  }
}
