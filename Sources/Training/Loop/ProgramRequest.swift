import Plan
package import Runtime

/// What `planform run` is asked to do: one program, once, on tensors from files.
package struct ProgramRequest: Sendable {
  /// Who computes.
  package enum Engine: Sendable, Hashable {
    /// The optimised plan.
    case plan
    /// The unoptimised program, by the reference interpreter.
    case reference32
    case reference64
  }

  package var program: String
  package var engine = Engine.plan
  /// A checkpoint or weights file; states that it lacks start with their first values.
  package var weights: String?
  /// Tensors by the names of inputs, scheduled scalars and random nodes.
  package var inputs: String?
  /// Where the program's outputs and `saves` go.
  package var outputs: String?
  /// Further values to write, such as `d_loss`, `grad/generator/fc.weight` or `grad/*`.
  package var saves: [String] = []
  /// Where all state goes after the run.
  package var stateOut: String?
  package var seed: UInt64 = 0
  /// The step's number: it picks the random numbers, and the values of schedules that no input gives.
  package var iteration = 0
  /// Steps in an epoch, for schedules that count epochs; nil takes the checkpoint's.
  package var epochLength: Int?

  package init(program: String) { self.program = program }
}

/// What a run of one program gave.
package struct ProgramResult: Sendable {
  /// Outputs first, then what was asked for, each in order.
  package var tensors: [(name: String, tensor: HostTensor)]
  /// How the weights file fitted; slots that it lacks are not listed.
  package var weights: TransferReport?
}
