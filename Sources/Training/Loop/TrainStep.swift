import Plan
import Runtime

/// The train program, bound, with everything that one step feeds it.
final class TrainStep {
  /// How the inputs are filled, any batch at any time.
  let source: BatchSource
  /// The inputs' own memory, where batches are written.
  let buffers: [String: UnsafeMutableRawBufferPointer]
  let schedules: ScheduledInputs
  private let program: BoundProgram
  private let report: [String]
  private let seed: UInt64

  init(session: Session, dataSet: DataSet, seed: UInt64) throws(RuntimeError) {
    let plan = session.plan
    guard let train = plan.program(named: "train") else {
      throw RuntimeError(.invalid, "the plan of '\(plan.model)' has no program 'train'")
    }
    try Self.checkSources(of: train, plan)
    let shapes = Dictionary(
      train.inputs.map { ($0.name, train.tensors[$0.tensor.index].shape) },
      uniquingKeysWith: { first, _ in first })
    // The data section may fill inputs of other programs as well.
    let sources = plan.data.filter { shapes[$0.input] != nil }
    let batch = sources.first.flatMap { shapes[$0.input]?.first } ?? 1
    source = try BatchSource(
      dataSet: dataSet, draws: plan.draws, sources: sources, inputShapes: shapes, batch: batch,
      seed: seed)
    schedules = ScheduledInputs(train.inputs, epochLength: source.plan.epochLength)
    program = try session.bind("train", capturing: plan.report)
    var buffers: [String: UnsafeMutableRawBufferPointer] = [:]
    for input in source.byteCounts.keys { buffers[input] = try program.inputBuffer(input) }
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

  private static func checkSources(of train: Program, _ plan: Plan) throws(RuntimeError) {
    for input in train.inputs {
      guard case .caller = input.source, !plan.data.contains(where: { $0.input == input.name })
      else { continue }
      throw RuntimeError(
        .invalid,
        "nothing fills the train program's input '\(input.name)'; add '\(input.name)' to the data "
          + "section of the YAML file")
    }
  }
}
