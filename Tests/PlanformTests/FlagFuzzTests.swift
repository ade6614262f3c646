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
      // Nothing of a terminal, no network: `data emoji` reads a font of the system, and that takes its time.
      guard !arguments.contains("emoji") || !arguments.contains("data") else { continue }
      arguments = arguments.map { $0.replacing("\u{0}", with: "") }
      let run = try Invocation(arguments: arguments, in: folder, limit: 20)
      #expect(
        [0, 64, 65, 66, 73, 74].contains(run.code), "\(arguments): \(run.code)\n\(run.errors)")
      #expect(run.code == 0 || run.errors.contains("error: "), "\(arguments)")
    }
  }

  /// Each byte of the model may be damaged; the program itself says where.
  @Test func `damaged maps are refused with a place`() throws {
    let folder = try ScratchFolder()
    let map = try shippedFile("graphs/stackgan/stage1.pytorch.yaml")
    try folder.write("junk", to: "junk")
    let count = runsSlowTests ? 1_000 : 60
    let slow = try MutationRun("maps", of: [map], count: count).forEach { mutant in
      try Data(mutant.bytes).write(to: folder.url("map.yaml"))
      let run = try Invocation(
        "weights", "import", "--from", "junk", "--map", "map.yaml", "-o", "w", in: folder)
      #expect(run.code == 65, "\(mutant.index): \(run.errors)")
      let hasPlace = run.errors.contains("map.yaml:") || run.errors.contains("'junk'")
      #expect(hasPlace, "\(mutant.index): \(run.errors)")
    }
    #expect(slow.isEmpty)
  }
}
