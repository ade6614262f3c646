import Plan
import Runtime

/// The train program, bound, with everything that one step feeds it.
final class TrainStep {
  let feed: BatchFeed
  /// The inputs' own memory, where batches are written.
  let buffers: [String: UnsafeMutableRawBufferPointer]
  let schedules: ScheduledInputs
  private let program: BoundProgram
  private let report: [String]
  private let seed: UInt64

  init(session: Session, dataSet: DataSet?, seed: UInt64) throws(RuntimeError) {
    let plan = session.plan
    guard let train = plan.program(named: "train") else {
      throw RuntimeError(.invalid, "the plan of '\(plan.model)' has no program 'train'")
    }
    feed = try BatchFeed(train, of: plan, dataSet: dataSet, seed: seed)
    schedules = ScheduledInputs(train.inputs, epochLength: feed.epochLength)
    program = try session.bind("train", capturing: plan.report)
    var buffers: [String: UnsafeMutableRawBufferPointer] = [:]
    for input in feed.source?.byteCounts.keys ?? [:].keys {
      buffers[input] = try program.inputBuffer(input)
    }
    self.buffers = buffers
    report = plan.report
    self.seed = seed
  }

  /// Runs one step on the batch that lies in `buffers`.
  ///
  /// - Returns: the reported values.
  func run(
    iteration: Int, checking check: FiniteCheck = .never
  ) throws(RuntimeError) -> [(name: String, value: Float)] {
    try schedules.feed(program, iteration: iteration)
    try program.run(RunContext(seed: seed, step: UInt64(iteration)), checking: check)
    return try report.map { name throws(RuntimeError) in (name, try program.scalar(name)) }
  }
}
