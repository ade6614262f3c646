package import Plan

extension Verifier {
  /// Runs a program once and compares what each call writes with the reference kernel in double precision, on the very
  /// numbers that the call found.
  ///
  /// Differences do not pile up from call to call: what is left is the rounding of one kernel and of its stores.
  ///
  /// - Parameters: as for `compare`.
  /// - Returns: one difference for each target of each call, named by the call's number, kernel and label, and by the
  ///   target's label where a call has several.
  package static func compareCalls(
    _ plan: Plan, program name: String, states: [String: HostTensor] = [:],
    context: RunContext = RunContext(seed: 1, step: 0), tolerance: Double = .infinity
  ) throws(RuntimeError) -> [Difference] {
    let session = try Session(plan: plan, seed: context.seed)
    for (state, tensor) in states { try session.states.set(state, tensor) }
    let bound = try session.bind(name)
    let inputs = SyntheticInputs(bound.program, context: context)
    for input in bound.program.inputs { try bound.set(input.name, inputs.tensor(input)) }
    var differences: [Difference] = []
    for index in bound.program.calls.indices {
      differences += try compare(call: index, of: bound, context, tolerance)
    }
    return differences
  }

  /// Runs one call, behind which the next one may run.
  private static func compare(
    call index: Int, of bound: BoundProgram, _ context: RunContext, _ tolerance: Double
  ) throws(RuntimeError) -> [Difference] {
    let call = bound.program.calls[index]
    let operands = CallOperands(call.kernel, in: bound.memory)
    bound.run(step: index, context)
    let truth = try operands.run(Double.self, context)
    let roundsTiles = call.kernel.roundsTiles(
      in: bound.program.tensors, on: try Machine.current())
    var single: [TensorID: ReferenceValue<Float>] = [:]
    var differences: [Difference] = []
    for (target, expected) in truth.sorted(by: { $0.key < $1.key }) {
      let operand = bound.memory.operand(target)
      var difference = difference(
        "calls[\(index)] \(call.kernel.name) '\(call.label)'"
          + (truth.count > 1 ? " \(operand.tensor.label)" : ""),
        HostTensor(operand.tensor, at: operand.pointer), expected)
      difference.roundsTiles = roundsTiles
      if !(difference.maxRelative <= tolerance) {
        if single.isEmpty { single = try operands.nudged().run(Float.self, context) }
        difference.rounding = single[target].map { rounding(of: $0, expected) } ?? 0
      }
      differences.append(difference)
    }
    return differences
  }
}

extension KernelCall {
  /// Whether it is a convolution that rounds transformed tiles to bfloat16 before it multiplies them.
  fileprivate func roundsTiles(in tensors: [PlanTensor], on machine: Machine) -> Bool {
    guard let (call, pass) = unmeasured.convolutionPass else { return false }
    let roles = call.roles(in: pass)
    return call.algorithm.roundsTiles(
      of: [tensors[roles.x.index], tensors[roles.y.index]], on: machine)
  }
}
