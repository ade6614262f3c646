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
      difference is its greatest absolute difference over the greatest magnitude of the true value. Optimisers'
      memory that no weights file gives starts with small numbers instead of zeros. Some values vanish but for rounding,
      or magnify it; what the unoptimised program misses as far in single precision, within a factor of 8 (of 64 where it keeps no
      digit), is let pass unless a tolerance is given.
      In a plan of bf16 rounding piles up from call to call, most of all in gradients. There each call is compared with
      its reference kernel on the numbers that it found, and of the whole only what the program returns and reports.
      A convolution by transformed tiles rounds these as well, and may miss twice as far ('tiles' below rounding).

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
    let states = try self.states(of: plan)
    var failures = 0
    for program in try plan.programs(named: names) {
      failures += try verify(program, of: plan, states)
    }
    guard failures == 0 else {
      throw RuntimeError(
        .invalid, "\(Quantity.count(failures, "value")) of '\(source.plan)' beyond the tolerance")
    }
  }

  /// Compares one program; returns how many values are beyond the tolerance.
  private func verify(
    _ program: Program, of plan: Plan, _ states: [String: HostTensor]
  ) throws -> Int {
    let context = RunContext(seed: seed, step: 0)
    let differences = try Verifier.compare(
      plan, program: program.name, states: states, context: context, tolerance: tolerance ?? 1e-4)
    guard program.tensors.contains(where: { $0.element == .bfloat16 }) else {
      return report(differences, of: program, within: tolerance ?? 1e-4)
    }
    let results = Set(program.outputs.map(\.name) + plan.report)
    let calls = try Verifier.compareCalls(
      plan, program: program.name, states: states, context: context)
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
    if difference.roundsTiles { return "tiles" }
    return difference.rounding > 0 ? Quantity.scientific(difference.rounding) : ""
  }

  /// What rounding is allowed to do to a value beyond the tolerance; nothing, if a tolerance is given: it is meant.
  ///
  /// Where single precision keeps no digit, as of a bias in front of a normalization, all that can be compared is the
  /// size of the noise. Transformed tiles that are rounded to bfloat16 miss by half a hundredth of the results' root
  /// mean square; of a million results the worst misses by five times that.
  private func allowance(for difference: Verifier.Difference) -> Double {
    guard tolerance == nil else { return 0 }
    if difference.roundsTiles { return 1.0 / 32 }
    return (difference.rounding < 1 ? 8 : 64) * difference.rounding
  }

  /// The states to compare with: the weights file's, else first values, and slots that are not zero.
  private func states(of plan: Plan) throws(RuntimeError) -> [String: HostTensor] {
    let session = try Session(plan: plan, seed: seed)
    var loaded: Set<String> = []
    if let weights {
      let report = try StateFile.read(
        SafetensorsFile.read(path: weights), named: weights, into: session.states, of: plan)
      guard !report.loaded.isEmpty else {
        throw RuntimeError(.invalid, "'\(weights)' holds no state of the plan")
      }
      loaded = Set(report.loaded)
    }
    for slot in plan.states where slot.role == .slot && !loaded.contains(slot.name) {
      try session.states.set(slot.name, Self.plausible(slot))
    }
    return try session.states.snapshot()
  }

  /// Small positive numbers for an optimiser's memory.
  ///
  /// From zeros, Adam's first step has the size of the rate whatever the gradient: the sign of a gradient that vanishes
  /// but for rounding would decide, and every later value with it.
  private static func plausible(_ slot: StateDeclaration) -> HostTensor {
    guard slot.element == .float32 else {
      return HostTensor(shape: slot.shape, [Int64](repeating: 3, count: slot.count))
    }
    let goldenRatio = 0.618_033_988_749_895
    return HostTensor(
      shape: slot.shape,
      (0..<slot.count).map { index in
        Float(1e-3 * (1 + (Double(index + 1) * goldenRatio).truncatingRemainder(dividingBy: 1)))
      })
  }
}
