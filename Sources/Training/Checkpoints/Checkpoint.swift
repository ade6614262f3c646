package import Plan
package import Runtime

/// Everything that a training run needs to go on: all state tensors and where the run stands.
package struct Checkpoint: Sendable {
  package let path: String
  package let run: RunState
  private let file: SafetensorsFile

  package static func open(path: String) throws(RuntimeError) -> Checkpoint {
    let file = try SafetensorsFile.read(path: path)
    return Checkpoint(
      path: path, run: try RunState(metadata: file.metadata, of: "'\(path)'"), file: file)
  }

  /// Writes a checkpoint, replacing the file as a whole or not at all.
  package static func write(
    _ states: StateStore, of plan: Plan, run: RunState, to path: String
  ) throws(RuntimeError) {
    try StateFile.write(states, of: plan, metadata: run.metadata, to: path)
  }

  /// Puts every tensor back.
  ///
  /// - Throws: `.invalid` listing every missing, unexpected and wrongly shaped tensor; no state has changed then.
  package func restore(into states: StateStore, of plan: Plan) throws(RuntimeError) {
    let report = try StateFile.compare(file, with: plan.states)
    guard report.isExact else { throw .doesNotFit(path, report.problems) }
    for name in report.loaded { try states.set(name, file.tensor(name)) }
  }

  /// Refuses to go on with other data, another batch or another seed than the run began with.
  ///
  /// A plan that has changed is no reason to refuse as long as its states are the same, which `restore` checks: a
  /// loss or a learning rate may be changed in the middle of a run.
  /// - Returns: A sentence for the user when the plan has changed.
  package func check(continuing next: RunState) throws(RuntimeError) -> String? {
    func refuse(_ reason: String) -> RuntimeError {
      RuntimeError(
        .invalid,
        "cannot resume from '\(path)': \(reason); to start anew from its weights, choose another "
          + "folder and give --load NETWORK=\(path)")
    }
    guard run.model == next.model else {
      throw refuse("it is of the model '\(run.model)', and the plan is of '\(next.model)'")
    }
    guard run.dataFingerprint == next.dataFingerprint else {
      throw refuse("the run began with another data set")
    }
    guard run.epochLength == next.epochLength else {
      throw refuse(
        "an epoch had \(run.epochLength) steps and would now have \(next.epochLength), for the batch "
          + "has changed")
    }
    guard run.seed == next.seed else {
      throw refuse("the run began with the seed \(run.seed), not \(next.seed)")
    }
    return run.sourceHash == next.sourceHash
      ? nil : "the plan has changed since step \(run.iteration); its states are the same, going on"
  }
}
