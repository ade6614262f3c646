import ArgumentParser
import Plan
import Runtime
import Training

/// `planform verify`: whether the optimised plan computes what was written.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a plan, then compares it with the reference interpreter, value by value.",
    discussion: """
      Each program runs once on random inputs, optimised and unoptimised, the latter in double precision. A value's
      difference is its greatest absolute difference over the greatest magnitude of the true value.

      Example:
        planform verify stage1.plan --weights run/checkpoint.safetensors
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp(
      "Weights to compare with; first values unless given.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String?

  @Option(
    name: .customLong("program"),
    help: ArgumentHelp("Only this program; may be repeated.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("The greatest difference allowed.", valueName: "share"))
  var tolerance = 1e-4

  @Option(help: ArgumentHelp("Values to list for each program.", valueName: "n"))
  var worst = 10

  @Option(help: "Seed of inputs, noise and first values.")
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadOptions

  func run() throws {
    threads.apply()
    let plan = try source.load()
    print("the plan is well-formed: every offset, overlap, shape and order holds")
    let states = try weights.map { try tensors(of: $0, for: plan) } ?? [:]
    var failures = 0
    for program in try plan.programs(named: names) {
      let differences = try Verifier.compare(
        plan, program: program.name, states: states, context: RunContext(seed: seed, step: 0))
      failures += report(differences, of: program)
    }
    guard failures == 0 else {
      throw RuntimeError(
        .invalid,
        "\(Quantity.count(failures, "value")) of '\(source.plan)' beyond the tolerance of \(tolerance)"
      )
    }
  }

  /// Prints the worst values; returns how many are beyond the tolerance.
  private func report(_ differences: [Verifier.Difference], of program: Program) -> Int {
    let ranking = differences.sorted { ($1.maxRelative, $0.name) < ($0.maxRelative, $1.name) }
    let beyond = ranking.count { !($0.maxRelative <= tolerance) }
    print(
      "\n" + Terminal.heading("program \(program.name): ")
        + "\(Quantity.count(ranking.count, "value")) compared, \(beyond) beyond \(tolerance)")
    var table = TextTable([.right, .right, .left], header: ["relative", "absolute", "value"])
    for difference in ranking.prefix(max(worst, min(beyond, 50))) {
      table.append([
        Quantity.scientific(difference.maxRelative), Quantity.scientific(difference.maxAbsolute),
        difference.name,
      ])
    }
    table.print()
    return beyond
  }

  /// The states that a weights file holds.
  private func tensors(
    of path: String, for plan: Plan
  ) throws(RuntimeError) -> [String: HostTensor] {
    let session = try Session(plan: plan, seed: seed)
    let report = try StateFile.read(
      SafetensorsFile.read(path: path), named: path, into: session.states, of: plan)
    guard !report.loaded.isEmpty else {
      throw RuntimeError(.invalid, "'\(path)' holds no state of the plan")
    }
    return try session.states.snapshot()
  }
}
