package import Plan

/// What the user may choose about a training run; all else stands in the plan.
package struct TrainingOptions: Sendable {
  /// How long to train, counted from the run's first step, not from where it resumes.
  package enum Length: Sendable, Hashable {
    case steps(Int)
    case epochs(Double)

    /// The length that a plan asks for by its parameters `steps` or `epochs`, for users who say nothing.
    package init?(of plan: Plan) {
      if let steps = plan.parameters["steps"].flatMap(Int.init), steps > 0 {
        self = .steps(steps)
      } else if let epochs = plan.parameters["epochs"].flatMap(Double.init), epochs > 0 {
        self = .epochs(epochs)
      } else {
        return nil
      }
    }

    package func steps(epochLength: Int) -> Int {
      switch self {
      case .steps(let steps): steps
      case .epochs(let epochs):
        // 2^48 steps are more than anybody waits for, and as many as a checkpoint may count.
        Int(max(0, min((epochs * Double(epochLength)).rounded(.up), 0x1p48)))
      }
    }
  }

  /// The data set; nil for a graph that draws for itself whatever it trains on.
  package var dataPath: String?
  /// Where checkpoints, the log and sample pictures go; created if need be.
  package var folder: String
  package var length: Length
  /// The seed of all random numbers; nil takes the checkpoint's, or 0 in a new run.
  package var seed: UInt64?
  /// Goes on from the folder's checkpoint.
  package var resumes = false
  /// Networks that start with another run's weights.
  package var loads: [NetworkLoad] = []
  /// Steps between two checkpoints; there is always one at the beginning and one at the end.
  package var checkpointEvery = 500
  /// Steps between two checkpoints that are kept for ever; nil keeps only the last one.
  package var keepEvery: Int?
  /// Steps between two sheets of sample pictures; 0 draws none.
  package var sampleEvery = 500
  /// Pictures on a sheet.
  package var sampleCount = 16
  /// Steps between two lines of the log.
  package var logEvery = 10

  package init(dataPath: String?, folder: String, length: Length) {
    self.dataPath = dataPath
    self.folder = folder
    self.length = length
  }
}

/// How a run ended, if it did not fail.
package enum TrainingOutcome: Sendable, Hashable {
  case finished(iteration: Int)
  /// A signal asked for the end; the state has been saved.
  case interrupted(signal: Int32, iteration: Int)

  /// 0, or 128 and the signal's number, as shells count.
  package var exitCode: Int32 {
    switch self {
    case .finished: 0
    case .interrupted(let signal, _): 128 + signal
    }
  }
}
