package import GraphIR
package import Plan

/// How much memory a plan may take: arena and states together, in bytes.
package struct MemoryLimit: Sendable, Hashable {
  package var bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  /// Whether the plan's largest program and the states fit.
  package func holds(_ plan: Plan) -> Bool {
    do throws(Diagnostic) {
      try check(plan)
      return true
    } catch {
      return false
    }
  }

  /// Fails if the plan's largest program and the states do not fit.
  package func check(_ plan: Plan) throws(Diagnostic) {
    guard let largest = plan.programs.max(by: { $0.memory.arena < $1.memory.arena }) else { return }
    let stateBytes = plan.states.reduce(0) { $0 + $1.shape.reduce(1, *) * $1.element.size }
    let needed = largest.memory.arena + stateBytes
    guard needed > bytes else { return }
    throw Diagnostic(
      .tooLarge(largest.name, needed: needed, limit: bytes),
      notes: [
        .init("\(stateBytes) bytes of states, \(largest.memory.arena) bytes of arena"),
        .init(
          "no packing of the same calls needs an arena below \(largest.memory.lowerBound) bytes"),
      ])
  }

  /// The largest batch, smaller than one that does not fit, at which a model fits; nil if there is none.
  ///
  /// - Parameter plan: the plan at a batch size; nil where the model allows no such batch.
  package func largestBatch(below batch: Int, plan: (Int) throws -> Plan?) rethrows -> Int? {
    var (tooSmall, tooLarge) = (0, batch)
    var largest: Int?
    while tooLarge - tooSmall > 1 {
      let trial = (tooSmall + tooLarge) / 2
      guard let plan = try plan(trial) else {
        tooSmall = trial
        continue
      }
      if holds(plan) {
        (tooSmall, largest) = (trial, trial)
      } else {
        tooLarge = trial
      }
    }
    return largest
  }
}

extension Diagnostic.Message {
  fileprivate static func tooLarge(_ program: String, needed: Int, limit: Int) -> Self {
    """
    program '\(program)' needs \(needed) bytes, \(needed - limit) more than the limit of \(limit); \
    lower the batch size, a width or the number of layers
    """
  }
}
