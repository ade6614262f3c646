package import Plan

/// Runs an unoptimised program with the reference kernels, every tensor in a buffer of its own.
///
/// The oracle for every optimisation, in `Float` or in `Double`. It is a value without state: states go in by name
/// and come out by name.
package struct ReferenceInterpreter<Scalar: ReferenceScalar> {
  private let program: ReferenceProgram
  private let states: [StateDeclaration]

  /// Checks the program first; it need not come from a plan.
  package init(_ program: ReferenceProgram, states: [StateDeclaration]) throws(RuntimeError) {
    do {
      try PlanChecker.check(program, states: states, at: "reference")
    } catch {
      throw RuntimeError(.invalid, error.description)
    }
    self.program = program
    self.states = states
  }

  /// Runs the program once.
  ///
  /// - Parameters:
  ///   - inputs: every input of the program by name.
  ///   - states: every state that the program reads by name.
  ///   - overrides: tensors in place of the draws of random nodes, by the nodes' names.
  ///   - keeping: the names whose values are wanted; nil keeps all, at the price of their memory.
  package func run(
    inputs: [String: ReferenceValue<Scalar>], states: [String: ReferenceValue<Scalar>] = [:],
    overrides: [String: ReferenceValue<Scalar>] = [:],
    context: RunContext = RunContext(seed: 0, step: 0), keeping: Set<String>? = nil
  ) throws(RuntimeError) -> ReferenceRun<Scalar> {
    try checkNames(inputs, overrides)
    var memory = ReferenceMemory<Scalar>(program, kept: kept(keeping))
    try memory.fill(inputs: program.inputs, inputs, states: self.states, states)
    for (index, call) in program.calls.enumerated() {
      memory.prepare(call: index)
      if case .random(let random) = call.kernel, let override = overrides[random.name] {
        try override.write(to: memory.operand(random.target), name: random.name)
      } else {
        Scalar.bind(call.kernel, operand: memory.operand)(context)
      }
      memory.release(after: index)
    }
    return results(memory, keeping, states)
  }

  private var named: [Program.NamedTensor] {
    program.outputs + program.values
      + program.inputs.map { Program.NamedTensor(name: $0.name, tensor: $0.tensor) }
  }

  /// The tensor that holds each state after the program: the one written last.
  private var finals: [Int: TensorID] {
    var finals: [Int: TensorID] = [:]
    for id in program.calls.flatMap(\.kernel.writes) {
      if case .state(let state) = program.tensors[id.index].storage { finals[state] = id }
    }
    return finals
  }

  private func kept(_ keeping: Set<String>?) -> Set<TensorID> {
    var kept = Set(finals.values).union(program.outputs.map(\.tensor))
    for value in named where keeping?.contains(value.name) ?? true { kept.insert(value.tensor) }
    return kept
  }

  private func results(
    _ memory: ReferenceMemory<Scalar>, _ keeping: Set<String>?,
    _ before: [String: ReferenceValue<Scalar>]
  ) -> ReferenceRun<Scalar> {
    var run = ReferenceRun<Scalar>(values: [:], states: before)
    let outputs = Set(program.outputs.map(\.name))
    for value in named.reversed()
    where outputs.contains(value.name) || keeping?.contains(value.name) ?? true {
      if memory.holds(value.tensor) {
        run.values[value.name] = ReferenceValue(memory.operand(value.tensor))
      }
    }
    for (state, id) in finals {
      run.states[states[state].name] = ReferenceValue(memory.operand(id))
    }
    return run
  }

  private func checkNames(
    _ inputs: [String: ReferenceValue<Scalar>], _ overrides: [String: ReferenceValue<Scalar>]
  ) throws(RuntimeError) {
    let known = program.inputs.map(\.name)
    for name in inputs.keys.sorted() where !known.contains(name) {
      throw RuntimeError.unknown(name, "input", among: known)
    }
    let draws = program.calls.compactMap { call -> String? in
      if case .random(let random) = call.kernel { random.name } else { nil }
    }
    for name in overrides.keys.sorted() where !draws.contains(name) {
      throw RuntimeError.unknown(name, "random node", among: draws)
    }
  }
}

/// What a run of the interpreter leaves behind.
package struct ReferenceRun<Scalar: ReferenceScalar>: Sendable {
  package fileprivate(set) var values: [String: ReferenceValue<Scalar>]
  /// All states that were given, with the new values of those that the program updates.
  package fileprivate(set) var states: [String: ReferenceValue<Scalar>]

  /// An output, a named value that was kept, or an input.
  package func value(_ name: String) throws(RuntimeError) -> ReferenceValue<Scalar> {
    guard let value = values[name] else {
      throw RuntimeError.unknown(name, "value", among: Array(values.keys))
    }
    return value
  }
}
