package import Plan

extension Verifier {
  /// Runs a program once and compares what each call writes with the reference kernel in double precision, on the very
  /// numbers that the call found.
  ///
  /// Differences do not pile up from call to call: what is left is the rounding of one kernel and of its stores.
  ///
  /// - Parameters: as for `compare`.
  /// - Returns: one difference a call, the worst of its targets, named by the call's number, kernel and label.
  package static func compareCalls(
    _ plan: Plan, program name: String, states: [String: HostTensor] = [:],
    context: RunContext = RunContext(seed: 1, step: 0)
  ) throws(RuntimeError) -> [Difference] {
    let machine = try Machine.current()
    let session = try Session(plan: plan, seed: context.seed)
    for (state, tensor) in states { try session.states.set(state, tensor) }
    let bound = try session.bind(name)
    let inputs = SyntheticInputs(bound.program, context: context)
    for input in bound.program.inputs { try bound.set(input.name, inputs.tensor(input)) }
    var differences: [Difference] = []
    for (index, call) in bound.program.calls.enumerated() {
      let truth = ReferenceCall(call.kernel, in: bound.memory)
      truth.run(context)
      bound.run(step: index, context)
      let found = call.kernel.writes.map { target in
        let operand = bound.memory.operand(target)
        return difference(
          "calls[\(index)] \(call.kernel.name) '\(call.label)'",
          HostTensor(operand.tensor, at: operand.pointer), truth.value(of: target))
      }
      if var worst = found.max(by: { $0.maxRelative < $1.maxRelative }) {
        worst.roundsTiles = call.kernel.roundsTiles(in: bound.program.tensors, on: machine)
        differences.append(worst)
      }
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

/// A call on copies of its operands in double precision, taken before the program's own kernel runs.
private struct ReferenceCall {
  private let kernel: (RunContext) -> Void
  private let operands: [TensorID: ReferenceOperand<Double>]
  /// What the operands' pointers point to.
  private let buffers: [ReferenceBuffer<UInt64>]

  init(_ call: KernelCall, in memory: ProgramMemory) {
    var operands: [TensorID: ReferenceOperand<Double>] = [:]
    var buffers: [ReferenceBuffer<UInt64>] = []
    // Targets too: a copy may leave a part of them as it was.
    for id in Set(call.reads + call.writes) {
      let (tensor, buffer) = (memory.operand(id).tensor, Self.copy(memory.operand(id)))
      buffers.append(buffer)
      operands[id] = ReferenceOperand(
        element: tensor.element, shape: tensor.shape, strides: tensor.strides,
        pointer: UnsafeMutableRawPointer(buffer.pointer))
    }
    for id in call.transients {
      // The kernel has a place of its own for it.
      let (tensor, buffer) = (
        memory.operand(id).tensor, ReferenceBuffer<UInt64>(count: 1, filledWith: 0)
      )
      buffers.append(buffer)
      operands[id] = ReferenceOperand(
        element: tensor.element, shape: tensor.shape, strides: tensor.strides,
        pointer: UnsafeMutableRawPointer(buffer.pointer))
    }
    self.buffers = buffers
    self.operands = operands
    kernel = Double.bind(call) { id in
      guard let operand = operands[id] else { preconditionFailure("an operand of another call") }
      return operand
    }
  }

  func run(_ context: RunContext) { kernel(context) }

  func value(of target: TensorID) -> ReferenceValue<Double> {
    guard let operand = operands[target] else { preconditionFailure("a target of another call") }
    return ReferenceValue(operand)
  }

  /// All elements that a tensor spans, as the bits of `Double` or `Int64`.
  private static func copy(_ operand: Operand) -> ReferenceBuffer<UInt64> {
    let count = operand.tensor.spanBytes / operand.tensor.element.size
    let buffer = ReferenceBuffer<UInt64>(count: count, filledWith: 0)
    switch operand.tensor.element {
    case .float32:
      let source = operand.pointer.assumingMemoryBound(to: Float.self)
      for place in 0..<count { buffer.pointer[place] = Double(source[place]).bitPattern }
    case .bfloat16:
      let source = operand.pointer.assumingMemoryBound(to: Bfloat16.self)
      for place in 0..<count { buffer.pointer[place] = Double(Float(source[place])).bitPattern }
    case .int64:
      let source = operand.pointer.assumingMemoryBound(to: UInt64.self)
      for place in 0..<count { buffer.pointer[place] = source[place] }
    }
    return buffer
  }
}
