package import Plan
import Runtime

/// The scalars of a program that the trainer feeds: learning rates and loss weights.
///
/// A value depends on the iteration alone, so that a resumed run sees what an unbroken one would have seen.
package struct ScheduledInputs: Sendable {
  private let schedules: [(name: String, schedule: Schedule)]
  private let epochLength: Int

  package init(_ inputs: [Program.Input], epochLength: Int) {
    schedules = inputs.compactMap { input in
      guard case .schedule(let schedule) = input.source else { return nil }
      return (input.name, schedule)
    }
    self.epochLength = epochLength
  }

  /// The values in force during one step, counted from 0.
  package func values(iteration: Int) -> [(name: String, value: Double)] {
    schedules.map {
      ($0.name, $0.schedule.value(iteration: iteration, iterationsPerEpoch: epochLength))
    }
  }

  /// Sets all of a program's scheduled scalars.
  func feed(_ program: BoundProgram, iteration: Int) throws(RuntimeError) {
    for (name, schedule) in schedules {
      let value = schedule.value(iteration: iteration, iterationsPerEpoch: epochLength)
      try program.setScalar(name, Float(value))
    }
  }
}
