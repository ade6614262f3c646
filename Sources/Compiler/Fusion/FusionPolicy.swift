/// When a value is computed again in every group that reads it, rather than stored.
package struct FusionPolicy: Sendable {
  /// Instructions of one group; a longer chain is cut.
  package var maxInstructions = 64
  /// Operands of one group.
  package var maxLoads = 16
  /// Instructions worth repeating to save a full-size tensor.
  package var maxRepeatedInstructions = 24
  /// Full-size operands that a repeated value may have.
  package var maxRepeatedOperands = 3
  /// Groups that may each compute an expensive function of one value.
  package var maxExpensiveCopies = 2
  /// Tensors up to this many elements are never worth a thought about traffic.
  package var smallCount = 4096
  /// How much larger than the value an upsampling group's iteration space may be.
  package var maxUpsampling = 4
  /// Groups are merged only if they stand this close in program order, so that lifetimes stay short,
  /// or if nothing has to be kept for it.
  package var maxMergeDistance = 128
  /// Nodes visited in the search for a cycle before a merge is given up; bounds the time of the pass.
  package var cycleSearchBudget = 512

  /// Every node stays by itself, for the reference program.
  package var isIsolating = false

  package init() {}

  /// No value is kept in registers and no two nodes share a call.
  package static var isolating: FusionPolicy {
    var policy = FusionPolicy()
    policy.isIsolating = true
    return policy
  }
}
