package import Plan
package import Runtime

/// One training run: from a plan, and a data set if it wants one, to a folder with checkpoints, a log and sample pictures.
///
/// Batches, noise and schedules depend on the seed and the step's number alone. A run that is stopped anywhere, even
/// by `kill -9`, and resumed therefore ends with the same bits as one that was never stopped.
package final class TrainingRun {
  private let options: TrainingOptions
  private let session: Session
  private let folder: RunFolder
  private let reporter: ProgressReporter
  private let step: TrainStep
  private let sheets: [SampleSheet]
  private let log: TrainingLog
  private let stopSignal: () -> Int32?
  private let total: Int
  private var state: RunState
  private var pace: Pace

  /// Opens the data set, loads what there is to load, and makes the run's folder ready.
  ///
  /// - Parameter stopSignal: the signal, if any, that asks the run to end after its present step.
  /// - Throws: before anything is written, if plan, data set and checkpoint do not go together.
  package init(
    plan: Plan, options: TrainingOptions, reporter: ProgressReporter = ProgressReporter(),
    stopSignal: @escaping () -> Int32? = { StopRequest.signal }
  ) throws(RuntimeError) {
    self.stopSignal = stopSignal
    self.options = options
    self.reporter = reporter
    folder = RunFolder(options.folder)
    let dataSet = try Self.dataSet(options)
    let checkpoint = try Self.checkpoint(in: folder, options, reporter)
    let seed = options.seed ?? checkpoint?.run.seed ?? 0
    session = try Session(plan: plan, seed: seed)
    step = try TrainStep(session: session, dataSet: dataSet, seed: seed)
    state = RunState(
      iteration: 0, seed: seed, epochLength: step.feed.epochLength, model: plan.model,
      sourceHash: plan.sourceHash, dataFingerprint: step.feed.fingerprint)
    if let checkpoint {
      let notice = try checkpoint.check(continuing: state)
      try checkpoint.restore(into: session.states, of: plan)
      state.iteration = checkpoint.run.iteration
      if let notice { reporter.say(notice) }
    } else {
      for load in options.loads { try load.apply(to: session.states, of: plan) }
    }
    total = options.length.steps(epochLength: state.epochLength)
    pace = Pace(batch: step.feed.batch)
    sheets = Self.sheets(session, dataSet, seed, options, reporter)
    try folder.create(for: plan)
    log = try TrainingLog(path: folder.log, keepingUpTo: state.iteration)
    // The replay of a failed step, and whoever resumes, can always begin somewhere.
    if checkpoint == nil { try save() }
  }

  // MARK: Preparation

  private static func dataSet(_ options: TrainingOptions) throws(RuntimeError) -> DataSet? {
    if let path = options.dataPath { return try DataSet.open(path: path) }
    guard case .epochs = options.length else { return nil }
    throw RuntimeError(
      .invalid, "epochs are passes over a data set, and none is given; say how long in steps")
  }

  private static func checkpoint(
    in folder: RunFolder, _ options: TrainingOptions, _ reporter: ProgressReporter
  ) throws(RuntimeError) -> Checkpoint? {
    guard folder.hasCheckpoint else {
      if options.resumes { reporter.say("'\(folder.path)' holds no checkpoint; starting anew") }
      return nil
    }
    guard options.resumes else {
      throw RuntimeError(
        .invalid,
        "'\(folder.path)' already holds a run; go on with it by --resume, or choose another folder")
    }
    guard options.loads.isEmpty else {
      throw RuntimeError(
        .invalid,
        "a resumed run takes all weights from its checkpoint; leave --load away, or choose another "
          + "folder")
    }
    return try Checkpoint.open(path: folder.checkpoint)
  }

  /// One sheet for each program that is there to draw.
  private static func sheets(
    _ session: Session, _ dataSet: DataSet?, _ seed: UInt64, _ options: TrainingOptions,
    _ reporter: ProgressReporter
  ) -> [SampleSheet] {
    guard options.sampleEvery > 0 else { return [] }
    let programs = SampleSheet.programs.filter { session.plan.program(named: $0) != nil }
    if programs.isEmpty { reporter.say("no sample pictures: the plan has no program 'sample'") }
    return programs.compactMap { program in
      do throws(RuntimeError) {
        return try SampleSheet(
          program, session: session, dataSet: dataSet, seed: seed, count: options.sampleCount)
      } catch {
        reporter.say("no sample pictures by '\(program)': \(error)")
        return nil
      }
    }
  }

  // MARK: Training

  /// Trains until the last step or until a signal asks for the end.
  ///
  /// - Throws: `.notFinite` naming step, operator and tensor; the last checkpoint is then the one before the failure.
  ///   Errors of writing keep their kind.
  package func run() throws(RuntimeError) -> TrainingOutcome {
    guard state.iteration < total else {
      reporter.say("the run has already done \(state.iteration) steps of \(total)")
      return .finished(iteration: state.iteration)
    }
    let prefetcher = step.feed.source.map { Prefetcher($0, startIteration: state.iteration) }
    defer {
      prefetcher?.stop()
      reporter.end()
    }
    pace = Pace(batch: step.feed.batch)
    Heap.returnUnused()
    while state.iteration < total {
      _ = try prefetcher?.next(into: step.buffers)
      let values = try step.run(iteration: state.iteration)
      guard values.allSatisfy(\.value.isFinite) else { throw try failure(values) }
      state.iteration += 1
      pace.stepEnded()
      try record(values)
      if let signal = stopSignal() {
        try save()
        reporter.end()
        reporter.say("stopped after step \(state.iteration); go on with --resume")
        return .interrupted(signal: signal, iteration: state.iteration)
      }
    }
    return .finished(iteration: state.iteration)
  }

  /// Logs, draws and saves what is due after a step.
  ///
  /// Pictures come before the checkpoint, so that a resumed run never lacks any.
  private func record(_ values: [(name: String, value: Float)]) throws(RuntimeError) {
    let isLast = state.iteration == total
    reporter.show(reading(values), isLast: isLast)
    if isLast || state.iteration.isMultiple(of: max(1, options.logEvery)) {
      try log.append(
        LogRecord(
          iteration: state.iteration, epoch: step.feed.epoch(of: state.iteration - 1),
          values: values,
          schedules: step.schedules.values(iteration: state.iteration - 1),
          imagesPerSecond: pace.read()))
    }
    let drawsSheet = !sheets.isEmpty && state.iteration.isMultiple(of: max(1, options.sampleEvery))
    if drawsSheet || isLast { try drawSheets() }
    let saves = state.iteration.isMultiple(of: max(1, options.checkpointEvery))
    if saves || isLast || isKept { try save() }
    if drawsSheet || saves { pace.pauseEnded() }
  }

  private func reading(_ values: [(name: String, value: Float)]) -> ProgressReading {
    ProgressReading(
      iteration: state.iteration, total: total, values: values,
      imagesPerSecond: pace.imagesPerSecond,
      secondsLeft: pace.secondsPerStep.map { $0 * Double(total - state.iteration) })
  }

  private func drawSheets() throws(RuntimeError) {
    for sheet in sheets {
      let picture = try sheet.drawn()
      try picture.write(to: folder.samples(at: state.iteration, by: sheet.program))
      try picture.write(to: folder.samples(by: sheet.program))
    }
  }

  // MARK: Saving

  /// Whether the checkpoint of this step is one to keep.
  private var isKept: Bool {
    guard let every = options.keepEvery, every > 0 else { return false }
    return state.iteration > 0 && state.iteration.isMultiple(of: every)
  }

  /// Writes the checkpoint, unless it would replace a good one with numbers that are none.
  private func save() throws(RuntimeError) {
    if let name = try session.states.firstNotFinite() { throw try failure(state: name) }
    try log.flush()
    try Checkpoint.write(session.states, of: session.plan, run: state, to: folder.checkpoint)
    if isKept {
      try Checkpoint.write(
        session.states, of: session.plan, run: state, to: folder.checkpoint(at: state.iteration))
    }
  }

  // MARK: Failure

  private func failure(
    _ values: [(name: String, value: Float)]
  ) throws(RuntimeError) -> RuntimeError {
    let bad = values.filter { !$0.value.isFinite }.map { "'\($0.name)' is \($0.value)" }
    return try failure(bad.joined(separator: ", "), at: state.iteration)
  }

  private func failure(state name: String) throws(RuntimeError) -> RuntimeError {
    try failure("'\(name)' holds numbers that are not finite", at: max(0, state.iteration - 1))
  }

  /// Replays the steps since the last checkpoint to say where the bad numbers came from.
  private func failure(
    _ symptom: String, at iteration: Int
  ) throws(RuntimeError) -> RuntimeError {
    guard folder.hasCheckpoint else {
      return RuntimeError(.notFinite, "before the first step: \(symptom)")
    }
    reporter.end()
    reporter.say("step \(iteration + 1): \(symptom); looking for its origin")
    let checkpoint = try Checkpoint.open(path: folder.checkpoint)
    let search = FailureSearch(session: session, step: step, checkpoint: checkpoint)
    return RuntimeError(
      .notFinite,
      "\(try search.explanation(failingAt: iteration)); the last good checkpoint is "
        + "'\(folder.checkpoint)' of step \(checkpoint.run.iteration)")
  }
}
