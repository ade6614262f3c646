import ArgumentParser
import Plan
import Training

/// `planform train`: from a plan, and a data set if it wants one, to weights.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains from a plan: progress, sample pictures, log, checkpoints.",
    discussion: """
      The run's folder holds checkpoint.safetensors, log.jsonl, samples.png and samples/. A run that was stopped,
      by a signal or by 'kill -9', goes on with --resume and ends with the same bits as an unbroken one.
      A plan without a data section draws for itself what it trains on and takes no --data.

      Examples:
        planform train stage1.plan --data birds.safetensors --out run --epochs 600
        planform train stage2.plan --data birds.safetensors --out run2 --steps 9000 \\
          --load stage1:generator=run/checkpoint.safetensors
        planform train ring.plan --out ring
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("The data set, as 'planform data' builds it.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String?

  @Option(
    name: [.customLong("out"), .short],
    help: ArgumentHelp("The run's folder.", valueName: "folder"), completion: .directory)
  var out: String

  @Option(
    help: ArgumentHelp(
      "Steps to train, counted from the run's first; the plan's parameter 'steps' unless given.",
      valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Passes over the data set instead of steps.", valueName: "n"))
  var epochs: Double?

  @Option(help: "Seed of all random numbers; 0, or the checkpoint's, unless given.")
  var seed: UInt64?

  @Flag(help: "Go on from the folder's checkpoint.")
  var resume = false

  @Option(
    name: .customLong("load"),
    help: ArgumentHelp(
      "Start a network with another run's weights; may be repeated.",
      valueName: "network[:name-in-file]=file"))
  var loads: [String] = []

  @Option(help: ArgumentHelp("Steps between two checkpoints.", valueName: "n"))
  var checkpointEvery = 500

  @Option(help: ArgumentHelp("Steps between two checkpoints that are kept.", valueName: "n"))
  var keepEvery: Int?

  @Option(help: ArgumentHelp("Steps between two sample sheets; 0 for none.", valueName: "n"))
  var sampleEvery = 500

  @Option(help: ArgumentHelp("Steps between two lines of the log.", valueName: "n"))
  var logEvery = 10

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if steps != nil, epochs != nil {
      throw ValidationError("--steps and --epochs exclude each other")
    }
    if let steps, steps < 1 {
      throw ValidationError("--steps: expected at least 1, found \(steps)")
    }
    if let epochs, !(epochs > 0 && epochs < 1e9) {
      throw ValidationError("--epochs: expected a number above 0, found \(epochs)")
    }
    let intervals = [
      ("--checkpoint-every", checkpointEvery, 1), ("--keep-every", keepEvery ?? 1, 1),
      ("--sample-every", sampleEvery, 0), ("--log-every", logEvery, 1),
    ]
    for (name, value, least) in intervals where value < least {
      throw ValidationError("\(name): expected at least \(least), found \(value)")
    }
  }

  func run() throws {
    threads.apply()
    let plan = try source.loadToRun()
    try checkData(for: plan)
    var options = TrainingOptions(dataPath: data, folder: out, length: try length(for: plan))
    options.seed = seed
    options.resumes = resume
    options.loads = try loads.map { try NetworkLoad(parsing: $0) }
    options.checkpointEvery = checkpointEvery
    options.keepEvery = keepEvery
    options.sampleEvery = sampleEvery
    options.logEvery = logEvery
    StopRequest.listen()
    let training = try TrainingRun(plan: plan, options: options)
    let outcome = try training.run()
    if case .finished(let iteration) = outcome {
      print("\(Quantity.count(iteration, "step")) done; weights in \(RunFolder(out).checkpoint)")
    }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  /// A plan with a data section wants a data set, one without has no use for any.
  private func checkData(for plan: Plan) throws {
    let sources = plan.program(named: "train")?.sources(in: plan) ?? []
    if data == nil, !sources.isEmpty {
      let wishes = sources.map { "\($0.input) (\($0.sentence))" }
      throw ValidationError(
        "give a data set by --data, as 'planform data' builds it; the plan takes from it: "
          + wishes.joined(separator: "; "))
    }
    if data != nil, plan.data.isEmpty {
      throw ValidationError(
        "leave --data away; the plan has no data section and draws for itself what it trains on")
    }
  }

  /// What the user asked for, else what the model's author recommends by a parameter `steps`.
  private func length(for plan: Plan) throws -> TrainingOptions.Length {
    if let steps { return .steps(steps) }
    if let epochs { return .epochs(epochs) }
    if let steps = plan.parameters["steps"].flatMap({ Int($0) }), steps > 0 {
      return .steps(steps)
    }
    throw ValidationError(
      "say how long to train by --steps or --epochs; the plan has no parameter 'steps'")
  }
}
