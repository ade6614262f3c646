import ArgumentParser
import Plan
import Runtime
import Training

/// `planform profile`: where the time goes.
struct Profile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures time, GFLOP/s and GB/s of every kernel call.",
    discussion: """
      Runs on random inputs. The trace opens in ui.perfetto.dev or chrome://tracing.

      Example:
        planform profile stage1.plan train --steps 20 --trace trace.json
      """)

  @OptionGroup var source: PlanArgument

  @Argument(help: "The program; the plan's first unless given.")
  var program: String?

  @Option(help: ArgumentHelp("Runs to average over.", valueName: "n"))
  var steps = 10

  @Option(help: ArgumentHelp("Calls to list, the slowest first.", valueName: "n"))
  var top = 25

  @Option(
    help: ArgumentHelp("Where a Chrome trace goes.", valueName: "trace.json"),
    completion: .file(extensions: ["json"]))
  var trace: String?

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    guard steps >= 1 else { throw ValidationError("--steps: expected at least 1, found \(steps)") }
    guard top >= 0 else { throw ValidationError("--top: expected at least 0, found \(top)") }
  }

  func run() throws {
    threads.apply()
    let plan = try source.loadToRun()
    let start = ContinuousClock.now
    let session = try Session(plan: plan, seed: 0)
    guard let chosen = try plan.programs(named: program.map { [$0] } ?? []).first else {
      throw RuntimeError(.invalid, "the plan has no program")
    }
    let bound = try session.bind(chosen.name)
    let loading = ContinuousClock.now - start
    let context = RunContext(seed: 0, step: 0)
    let inputs = SyntheticInputs(chosen, context: context)
    for input in chosen.inputs { try bound.set(input.name, inputs.tensor(input)) }
    let profile = try bound.profile(context, iterations: steps)
    ProfileReport(
      profile: profile, steps: steps, loading: loading, machine: try MachineRates()
    ).print(top: top)
    if let trace {
      try AtomicFile.write(Array(profile.chromeTrace().utf8), to: trace)
      print("\ntrace in \(trace)")
    }
  }
}
