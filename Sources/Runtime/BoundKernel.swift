package import Plan

/// A kernel call bound to memory and to this machine: everything decided, ready to run any number of times.
///
/// Binding happens once, when a plan is loaded: it picks the instruction set, creates oneDNN primitives and computes
/// how much scratch memory the call needs. All calls of a program share one scratch region, because they run in turn.
package protocol BoundKernel: AnyObject {
  /// Bytes of scratch memory that `run` uses.
  var scratchBytes: Int { get }

  /// What runs, for profiles: `brgconv:avx512_core`, `tile:avx2`, `reference`.
  var implementation: String { get }

  /// Tells the kernel where its scratch memory lies, aligned to 64 bytes; called once, before the first run.
  func attach(scratch: UnsafeMutableRawPointer)

  /// Computes. Allocates nothing.
  func run(_ context: RunContext)

  /// What runs for each of the call's parts.
  var partImplementations: [String] { get }

  /// Computes, and adds to what each of the call's parts has taken.
  func run(_ context: RunContext, spent: inout [Duration])
}

/// Of a call that has one part.
extension BoundKernel {
  package var partImplementations: [String] { [implementation] }

  package func run(_ context: RunContext, spent: inout [Duration]) {
    spent[0] += ContinuousClock().measure { run(context) }
  }
}

/// What differs between two runs of one program, besides its inputs: the source of random numbers.
package struct RunContext: Sendable {
  package var seed: UInt64
  package var step: UInt64

  package init(seed: UInt64, step: UInt64) {
    self.seed = seed
    self.step = step
  }
}

/// A tensor of the plan at its place in memory.
package struct Operand {
  package var tensor: PlanTensor
  package var pointer: UnsafeMutableRawPointer

  package init(tensor: PlanTensor, pointer: UnsafeMutableRawPointer) {
    self.tensor = tensor
    self.pointer = pointer
  }
}
