import ArgumentParser
import Plan
import Runtime
import Training

/// `planform verify`: whether the optimised plan computes what was written.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a plan, then compares it with the reference interpreter, value by value.",
    discussion: """
      Each program runs once on random inputs. A slow interpreter of the
      unoptimised program follows it in double precision, and computes each named
      value from those that the program has found before. A value's difference is
      its greatest absolute difference over the greatest magnitude of the true
      value; a state's, over the farthest that it should have moved.

      Some values vanish but for rounding, or magnify it. What the interpreter
      misses as far in single precision, on numbers up to three units in the last
      place away, is let pass within a factor of 8 (of 64 where it keeps no digit)
      unless a tolerance is given.

      What no weights file gives starts with first values, but for optimisers'
      memory, which another run leaves behind, and for moving averages, which
      start nine tenths as large.

      In a plan of bf16 rounding piles up between named values. There each call is
      compared with its reference kernel on the numbers that it found, and of the
      whole only what the program returns and reports. A convolution by
      transformed tiles rounds these as well, and may miss twice as far ('tiles'
      below rounding).

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

  @Option(
    help: ArgumentHelp(
      "The greatest difference allowed; 1e-4 unless given, and for a plan of bf16 1/64 of a call, 1/16 of the whole.",
      valueName: "share"))
  var tolerance: Double?

  @Option(help: ArgumentHelp("Values to list for each program.", valueName: "n"))
  var worst = 10

  @Option(help: "Seed of inputs, noise and first values.")
  var seed: UInt64 = 1

  @OptionGroup var threads: ThreadOptions

  func run() throws {
    threads.apply()
    let plan = try source.loadToRun(.everything)
    print("the plan is well-formed: every offset, overlap, shape and order holds")
    let given = try weights(for: plan)
    var failures = 0
    for program in try plan.programs(named: names) {
      failures += try verify(program, of: plan, given)
    }
    guard failures == 0 else {
      throw RuntimeError(
        .invalid, "\(Quantity.count(failures, "value")) of '\(source.plan)' beyond the tolerance")
    }
  }

  /// Compares one program; returns how many values are beyond the tolerance.
  private func verify(
    _ program: Program, of plan: Plan, _ given: [String: HostTensor]
  ) throws -> Int {
    let context = RunContext(seed: seed, step: 0)
    let states = try Verifier.start(plan, program: program.name, given: given, context: context)
    let differences = try Verifier.compare(
      plan, program: program.name, states: states, context: context, tolerance: tolerance ?? 1e-4)
    guard program.tensors.contains(where: { $0.element == .bfloat16 }) else {
      return report(differences, of: program, within: tolerance ?? 1e-4)
    }
    let results = Set(program.outputs.map(\.name) + plan.report)
    let calls = try Verifier.compareCalls(
      plan, program: program.name, states: states, context: context,
      tolerance: tolerance ?? 1.0 / 64)
    return report(calls, of: program, within: tolerance ?? 1.0 / 64)
      + report(
        differences.filter { results.contains($0.name) }, of: program,
        within: tolerance ?? 1.0 / 16)
  }

  /// Prints the worst values; returns how many are beyond the tolerance.
  private func report(
    _ differences: [Verifier.Difference], of program: Program, within tolerance: Double
  ) -> Int {
    let ranking = differences.sorted { ($1.maxRelative, $0.name) < ($0.maxRelative, $1.name) }
    let beyond = ranking.count { !($0.maxRelative <= max(tolerance, allowance(for: $0))) }
    print(
      "\n" + Terminal.heading("program \(program.name): ")
        + "\(Quantity.count(ranking.count, "value")) compared, \(beyond) beyond \(tolerance)")
    var table = TextTable(
      [.right, .right, .right, .left], header: ["relative", "rounding", "absolute", "value"])
    for difference in ranking.prefix(max(worst, min(beyond, 50))) {
      table.append([
        Quantity.scientific(difference.maxRelative),
        rounding(of: difference),
        Quantity.scientific(difference.maxAbsolute), difference.name,
      ])
    }
    table.print()
    return beyond
  }

  /// What is known of a value's rounding: that of the unoptimised program, or that tiles are rounded.
  private func rounding(of difference: Verifier.Difference) -> String {
    if difference.rounding > 0 { return Quantity.scientific(difference.rounding) }
    return difference.roundsTiles ? "tiles" : ""
  }

  /// What rounding is allowed to do to a value beyond the tolerance; nothing, if a tolerance is given: it is meant.
  ///
  /// Where single precision keeps no digit, as of a bias in front of a normalization, all that can be compared is the
  /// size of the noise. Transformed tiles that are rounded to bfloat16 miss by half a hundredth of the results' root
  /// mean square; of a million results the worst misses by five times that.
  private func allowance(for difference: Verifier.Difference) -> Double {
    guard tolerance == nil else { return 0 }
    let rounding = (difference.rounding < 1 ? 8 : 64) * difference.rounding
    return difference.roundsTiles ? max(rounding, 1.0 / 32) : rounding
  }

  /// The states that the weights file holds; none without one.
  private func weights(for plan: Plan) throws -> [String: HostTensor] {
    guard let weights else { return [:] }
    let session = try Session(plan: plan, seed: seed)
    let report = try StateFile.read(
      SafetensorsFile.read(path: weights), named: weights, into: session.states, of: plan)
    guard !report.loaded.isEmpty else {
      throw RuntimeError(.invalid, "'\(weights)' holds no state of the plan")
    }
    let loaded = Set(report.loaded)
    return try session.states.snapshot().filter { loaded.contains($0.key) }
  }
}
