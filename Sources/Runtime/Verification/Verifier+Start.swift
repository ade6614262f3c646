package import Plan

extension Verifier {
  /// States from which one run of a program shows what it does to them.
  ///
  /// An optimiser's first step from zeros hides its decay rates, and a moving average that equals what it follows does
  /// not move. So optimisers' memory is what one run leaves behind, on other numbers, and averages start nine tenths as
  /// large.
  ///
  /// - Parameter given: states that are known; they are taken as they are.
  package static func start(
    _ plan: Plan, program name: String, given: [String: HostTensor], context: RunContext
  ) throws(RuntimeError) -> [String: HostTensor] {
    let session = try Session(plan: plan, seed: context.seed)
    for (state, tensor) in given { try session.states.set(state, tensor) }
    var states = try session.states.snapshot()
    let bound = try session.bind(name)
    let before = RunContext(seed: context.seed &+ 1, step: context.step)
    for input in bound.program.inputs {
      try bound.set(input.name, SyntheticInputs(bound.program, context: before).tensor(input))
    }
    try bound.run(before)
    for state in plan.states where given[state.name] == nil {
      switch state.role {
      case .slot: states[state.name] = try session.states.tensor(state.name)
      case .average: states[state.name] = states[state.name]?.scaled(by: 0.9)
      case .parameter, .statistic: break
      }
    }
    return states
  }
}

extension HostTensor {
  fileprivate func scaled(by factor: Float) -> HostTensor {
    guard case .float32(let values) = elements else { return self }
    return HostTensor(shape: shape, values.map { factor * $0 })
  }
}
