package import Plan
import Runtime

/// What fills the train program's inputs: batches of a data set, or nothing where the graph draws all that it needs.
struct BatchFeed {
  let dataSet: DataSet?
  /// How the inputs are filled, any batch at any time; nil without a data set.
  let source: BatchSource?

  /// - Throws: `.missing` if the program wants a data set and there is none; `.invalid` if the plan has no use for the
  ///   one that is there, leaves an input open, or counts epochs that do not exist.
  init(_ train: Program, of plan: Plan, dataSet: DataSet?, seed: UInt64) throws(RuntimeError) {
    try Self.checkSources(of: train, plan)
    self.dataSet = dataSet
    let sources = train.sources(in: plan)
    if sources.isEmpty { try Self.checkSchedules(of: train) }
    guard let dataSet else {
      guard sources.isEmpty else { throw .dataSetMissing(sources) }
      source = nil
      return
    }
    guard !plan.data.isEmpty else {
      throw RuntimeError(
        .invalid, "the plan of '\(plan.model)' takes nothing from a data set; leave it away")
    }
    let shapes = Dictionary(
      train.inputs.map { ($0.name, train.tensors[$0.tensor.index].shape) },
      uniquingKeysWith: { first, _ in first })
    source = try sources.first.flatMap { shapes[$0.input]?.first }.map {
      batch throws(RuntimeError) in
      try BatchSource(
        dataSet: dataSet, draws: plan.draws, sources: sources, inputShapes: shapes, batch: batch,
        seed: seed)
    }
  }

  /// Steps in an epoch; as many as a run can have where no data set ends.
  var epochLength: Int { source?.plan.epochLength ?? 1 << 48 }

  /// Pictures that a step takes from the data set.
  var batch: Int { source?.plan.batch ?? 0 }

  /// Tells data sets apart, and from none.
  var fingerprint: String { dataSet?.fingerprint ?? "none" }

  func epoch(of iteration: Int) -> Int { iteration / epochLength }

  // MARK: Checks

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

  private static func checkSchedules(of train: Program) throws(RuntimeError) {
    for input in train.inputs {
      guard case .schedule(let schedule) = input.source, schedule.countsEpochs else { continue }
      throw RuntimeError(
        .invalid,
        "the schedule '\(input.name)' counts epochs, and a run without a data set has none; count "
          + "iterations in the YAML file")
    }
  }
}

extension Program {
  /// What the data section says of this program's inputs; it may fill those of other programs as well.
  package func sources(in plan: Plan) -> [DataSource] {
    plan.data.filter { source in inputs.contains { $0.name == source.input } }
  }
}

extension RuntimeError {
  fileprivate static func dataSetMissing(_ sources: [DataSource]) -> RuntimeError {
    let inputs = sources.map { "'\($0.input)'" }.joined(separator: ", ")
    return RuntimeError(
      .missing, "the program 'train' takes \(inputs) from a data set, and none is given")
  }
}
