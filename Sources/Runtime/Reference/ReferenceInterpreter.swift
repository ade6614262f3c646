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
  ///   - other: another run, whose values later calls read in place of the interpreter's own.
  ///   - keeping: the names whose values are wanted; nil keeps all, at the price of their memory.
  /// - Returns: what the interpreter has computed itself, also where it followed another run.
  package func run(
    inputs: [String: ReferenceValue<Scalar>], states: [String: ReferenceValue<Scalar>] = [:],
    overrides: [String: ReferenceValue<Scalar>] = [:], following other: ComputedValues? = nil,
    context: RunContext = RunContext(seed: 0, step: 0), keeping: Set<String>? = nil
  ) throws(RuntimeError) -> ReferenceRun<Scalar> {
    try checkNames(inputs, overrides)
    var followed = other.map { FollowedRun<Scalar>($0, in: program, finals: finals) }
    let wanted = (keeping ?? Set(named.map(\.name))).union(program.outputs.map(\.name))
      .subtracting(followed?.names ?? [])
    let held = named.filter { wanted.contains($0.name) }
    var memory = ReferenceMemory<Scalar>(
      program, kept: Set(held.map(\.tensor)).union(finals.values))
    try memory.fill(inputs: program.inputs, inputs, states: self.states, states)
    var run = ReferenceRun<Scalar>(values: [:], states: [:])
    for (index, call) in program.calls.enumerated() {
      memory.prepare(call: index)
      if case .random(let random) = call.kernel, let override = overrides[random.name] {
        try override.write(to: memory.operand(random.target), name: random.name)
      } else {
        Scalar.bind(call.kernel, operand: memory.operand)(context)
      }
      try followed?.follow(after: index, in: memory, keeping: &run)
      memory.release(after: index)
    }
    collect(held, states, from: memory, into: &run)
    return run
  }

  /// Adds what is not in the run's results yet.
  private func collect(
    _ held: [Program.NamedTensor], _ before: [String: ReferenceValue<Scalar>],
    from memory: ReferenceMemory<Scalar>, into run: inout ReferenceRun<Scalar>
  ) {
    for value in held where run.values[value.name] == nil && memory.holds(value.tensor) {
      run.values[value.name] = ReferenceValue(memory.operand(value.tensor))
    }
    for (name, tensor) in finals where run.states[name] == nil {
      run.states[name] = ReferenceValue(memory.operand(tensor))
    }
    run.states.merge(before) { after, _ in after }
  }

  private var named: [Program.NamedTensor] {
    program.outputs + program.values
      + program.inputs.map { Program.NamedTensor(name: $0.name, tensor: $0.tensor) }
  }

  /// The tensor that holds each state after the program, the one written last, by the state's name.
  private var finals: [String: TensorID] {
    var finals: [String: TensorID] = [:]
    for id in program.calls.flatMap(\.kernel.writes) {
      if case .state(let state) = program.tensors[id.index].storage {
        finals[states[state].name] = id
      }
    }
    return finals
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
  package internal(set) var values: [String: ReferenceValue<Scalar>]
  /// All states that were given, with the new values of those that the program updates.
  package internal(set) var states: [String: ReferenceValue<Scalar>]

  /// An output, a named value that was kept, or an input.
  package func value(_ name: String) throws(RuntimeError) -> ReferenceValue<Scalar> {
    guard let value = values[name] else {
      throw RuntimeError.unknown(name, "value", among: Array(values.keys))
    }
    return value
  }
}
