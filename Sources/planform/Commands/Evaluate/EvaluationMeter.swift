import Training

/// Shows how far an evaluation has come.
final class EvaluationMeter {
  private let reporter = ProgressReporter()
  private let start = ContinuousClock.now

  /// To be told after each batch.
  func show(done: Int, total: Int) {
    guard done > 0, done <= total else { return }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let left = seconds / Double(done) * Double(total - done)
    reporter.show(
      ProgressReading(
        iteration: done, total: total, values: [], imagesPerSecond: 0, secondsLeft: left))
  }

  /// Leaves the bar's line.
  func end() { reporter.end() }
}
