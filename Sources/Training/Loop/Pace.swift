/// How fast a run goes.
struct Pace {
  private let batch: Int
  private var lastStep: ContinuousClock.Instant
  private var lastReading: ContinuousClock.Instant
  private var stepsSinceReading = 0
  /// Seconds a step takes, recent steps counting most; nil before the first.
  private(set) var secondsPerStep: Double?

  init(batch: Int) {
    self.batch = batch
    lastStep = .now
    lastReading = lastStep
  }

  /// Notes that a step has ended.
  mutating func stepEnded() {
    let now = ContinuousClock.now
    let seconds = (now - lastStep).seconds
    // The first step also warms caches up and says little.
    secondsPerStep = secondsPerStep.map { $0 + (seconds - $0) / 20 } ?? seconds
    lastStep = now
    stepsSinceReading += 1
  }

  /// Leaves whatever happened since the last step, such as saving, out of the step time.
  mutating func pauseEnded() { lastStep = .now }

  var imagesPerSecond: Double { secondsPerStep.map { Double(batch) / max($0, 1e-9) } ?? 0 }

  /// Pictures trained on per second since the last call, pauses included.
  mutating func read() -> Double {
    let now = ContinuousClock.now
    defer {
      lastReading = now
      stepsSinceReading = 0
    }
    return Double(stepsSinceReading * batch) / max((now - lastReading).seconds, 1e-9)
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
