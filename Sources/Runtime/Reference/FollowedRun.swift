import Plan

/// The interpreter's way along another run: what it computes itself is kept aside, and the other run's value takes its
/// place before anyone reads it.
struct FollowedRun<Scalar: ReferenceScalar> {
  private struct Step {
    enum Name { case value(String), state(String) }
    var name: Name
    var tensor: TensorID
    var found: ReferenceValue<Scalar>
  }

  /// By call, what is complete behind it.
  private var steps: [[Step]]

  /// - Parameters:
  ///   - finals: the tensor that holds each state after the program, by the state's name.
  init(_ other: ComputedValues, in program: ReferenceProgram, finals: [String: TensorID]) {
    var last: [TensorID: Int] = [:]
    for (index, call) in program.calls.enumerated() {
      for id in call.kernel.writes { last[program.tensors.base(of: id)] = index }
    }
    var steps = [[Step]](repeating: [], count: program.calls.count)
    func add(_ name: Step.Name, _ tensor: TensorID, _ found: HostTensor?) {
      guard let found, let call = last[program.tensors.base(of: tensor)] else { return }
      steps[call].append(Step(name: name, tensor: tensor, found: ReferenceValue(found)))
    }
    for value in program.outputs + program.values {
      add(.value(value.name), value.tensor, other.values[value.name])
    }
    for (name, tensor) in finals { add(.state(name), tensor, other.states[name]) }
    self.steps = steps
  }

  /// The names of the values whose own results are kept aside.
  var names: Set<String> {
    Set(steps.joined().compactMap { if case .value(let name) = $0.name { name } else { nil } })
  }

  /// Keeps aside what the call has completed, and puts the other run's values in its place.
  mutating func follow(
    after call: Int, in memory: ReferenceMemory<Scalar>, keeping run: inout ReferenceRun<Scalar>
  ) throws(RuntimeError) {
    // A tensor may have several names: all are read before one is written.
    for step in steps[call] {
      let own = ReferenceValue(memory.operand(step.tensor))
      switch step.name {
      case .value(let name): run.values[name] = own
      case .state(let name): run.states[name] = own
      }
    }
    for step in steps[call] {
      let name =
        switch step.name {
        case .value(let name), .state(let name): name
        }
      try step.found.write(to: memory.operand(step.tensor), name: name)
    }
    steps[call] = []
  }
}
