package import Plan

/// A plan loaded on this machine: checked, with room for its states.
package final class Session {
  /// Without the reference programs, which no run needs.
  package let plan: Plan
  package let states: StateStore
  /// What the kernels are bound for.
  package let machine: Machine

  /// Checks the plan, then reserves its states.
  ///
  /// `threads` nil takes what the environment says, or all processors. Throws an `invalid` error that names the place
  /// when the plan is not one that can run safely.
  package init(plan: Plan, seed: UInt64, threads: Int? = nil) throws(RuntimeError) {
    var machine = try Machine.current()
    if let threads { machine.threads = max(threads, 1) }
    self.machine = machine
    do {
      try PlanChecker.check(plan)
    } catch {
      throw RuntimeError(.invalid, error.description)
    }
    var plan = plan
    for index in plan.programs.indices { plan.programs[index].reference = nil }
    self.plan = plan
    states = try StateStore(plan.states, seed: seed, on: machine)
  }

  /// Reserves a program's memory, gives the states that it uses their first values, and binds its kernels.
  ///
  /// - Parameters:
  ///   - name: the program's name.
  ///   - capturing: named values, besides outputs, that shall be readable after a run.
  ///   - overriding: random nodes whose draws the caller will supply.
  package func bind(
    _ name: String, capturing: [String] = [], overriding: [String] = []
  ) throws(RuntimeError) -> BoundProgram {
    guard let program = plan.program(named: name) else {
      throw RuntimeError.unknown(name, "program", among: plan.programs.map(\.name))
    }
    try states.supply(program.stateIndices)
    let memory = try ProgramMemory(program, states: states)
    let binder = try ProgramBinder(
      memory, machine, capturing: capturing, overriding: overriding)
    let bound = try BoundProgram(memory, binder.bind())
    Heap.returnUnused()
    return bound
  }
}
