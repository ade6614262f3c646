import Runtime

/// Finds the first operator that made a number infinite or undefined, by running the same steps again.
///
/// A step is a pure function of its state and its number, so that watching every call need not slow down training:
/// steps are watched only once something is known to have gone wrong.
struct FailureSearch {
  let session: Session
  let step: TrainStep
  /// Where the replay starts; its numbers are all finite.
  let checkpoint: Checkpoint

  /// Says what went wrong at or before a step; the session's state is spoilt afterwards.
  func explanation(failingAt iteration: Int) throws(RuntimeError) -> String {
    let first = try firstBadStep(until: iteration)
    try checkpoint.restore(into: session.states, of: session.plan)
    for earlier in checkpoint.run.iteration..<first { _ = try replay(earlier) }
    do throws(RuntimeError) {
      _ = try replay(first, checking: .everyCall)
    } catch {
      guard error.kind == .notFinite else { throw error }
      return "step \(first + 1): \(error)"
    }
    return "step \(first + 1): a repetition with every call watched made only finite numbers"
  }

  /// The first step that leaves a bad number in the state or in the report.
  private func firstBadStep(until last: Int) throws(RuntimeError) -> Int {
    try checkpoint.restore(into: session.states, of: session.plan)
    for iteration in checkpoint.run.iteration..<max(checkpoint.run.iteration, last) {
      let values = try replay(iteration)
      if !values.allSatisfy(\.value.isFinite) { return iteration }
      if try session.states.firstNotFinite() != nil { return iteration }
    }
    return last
  }

  private func replay(
    _ iteration: Int, checking check: FiniteCheck = .never
  ) throws(RuntimeError) -> [(name: String, value: Float)] {
    _ = try step.feed.source?.fill(iteration: iteration, into: step.buffers)
    return try step.run(iteration: iteration, checking: check)
  }
}

extension StateStore {
  /// The first state that holds an infinite or undefined number.
  func firstNotFinite() throws(RuntimeError) -> String? {
    for name in names {
      if case .float32(let values) = try tensor(name).elements, !values.allSatisfy(\.isFinite) {
        return name
      }
    }
    return nil
  }
}
