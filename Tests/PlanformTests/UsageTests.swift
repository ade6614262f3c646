import Testing

@Suite struct UsageTests {
  @Test func `help names every command and succeeds`() throws {
    let help = try Invocation("--help", in: ScratchFolder())
    #expect(help.code == 0)
    let commands = [
      "check", "compile", "show", "data", "train", "sample", "evaluate", "run", "verify", "profile",
      "weights", "operators", "schema",
    ]
    for command in commands { #expect(help.output.contains("\n  \(command)"), "\(command)") }
  }

  @Test(arguments: [
    "check", "compile", "show", "train", "sample", "run", "verify", "profile", "operators",
    "schema",
  ])
  func `every command's help has an example`(command: String) throws {
    let help = try Invocation(command, "--help", in: ScratchFolder())
    #expect(help.code == 0)
    #expect(help.output.contains("Example"))
    #expect(help.output.contains("planform \(command)"))
  }

  @Test func `the version goes to standard output`() throws {
    let version = try Invocation("--version", in: ScratchFolder())
    #expect(version.code == 0)
    #expect(version.output == "planform 1.0 (plan format 5)\n")
  }

  @Test(arguments: [
    (["bogus"], "Unexpected argument 'bogus'"),
    (["check"], "Missing expected argument '<file>'"),
    (["compile", "model.yaml"], "say where the plan goes by '-o X.plan'"),
    (
      ["compile", "model.yaml", "-o", "x.plan", "--without", "fusoin"],
      "there is no pass 'fusoin' (did you mean 'fusion'?)"
    ),
    (
      ["compile", "model.yaml", "-o", "x.plan", "--without", "decomposition"],
      "the pass 'decomposition' cannot be left out"
    ),
    (["compile", "model.yaml", "-o", "x.plan", "--memory-limit", "much"], "'much' is invalid"),
    (["check", "model.yaml", "--set", "batch"], "expected an assignment such as 'gf_dim=32'"),
    (
      ["train", "x.plan", "--data", "d", "--out", "r", "--steps", "0"],
      "--steps: expected at least 1"
    ),
    (["verify", "x.plan", "--threads", "0"], "--threads: expected a whole number from 1 to 1024"),
    (["operators", "conv2"], "there is no operator 'conv2' (did you mean 'conv2d'?)"),
  ])
  func `wrong usage exits 64 and says what is wrong`(arguments: [String], text: String) throws {
    let run = try Invocation(arguments: arguments, in: ScratchFolder.withModel())
    #expect(run.code == 64)
    #expect(run.errors.hasPrefix("planform: error: "))
    #expect(run.errors.contains(text))
    #expect(run.output.isEmpty)
  }

  @Test func `errors have no colours where nobody looks`() throws {
    let run = try Invocation("check", "none.yaml", in: ScratchFolder())
    #expect(!run.errors.contains("\u{1B}"))
  }
}
