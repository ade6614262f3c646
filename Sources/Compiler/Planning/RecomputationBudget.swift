/// What computing tensors again by chains of kernels may cost, and what it must save.
package struct RecomputationBudget: Sendable, Hashable {
  /// The part of a program's time that it may take.
  package var share: Double
  /// The part of the peak that it must save; else nothing is computed again.
  package var leastSaving: Double

  /// For every plan: little time for much memory.
  package static let standard = RecomputationBudget(share: 0.04, leastSaving: 0.05)

  /// For plans that would not fit a limit, ascending, and the last of them.
  package static let rising = [0.08, 0.16, 0.32].map(limited) + [greatest]
  package static let greatest = limited(to: 0.64)

  private static func limited(to share: Double) -> RecomputationBudget {
    RecomputationBudget(share: share, leastSaving: 0)
  }
}
