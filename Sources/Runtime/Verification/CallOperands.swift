import Plan

/// What a call finds in memory before it runs.
struct CallOperands {
  /// All elements that each operand spans; targets too, of which a copy may leave a part as it was.
  var contents: [TensorID: HostTensor] = [:]
  private let tensors: [PlanTensor]
  private let call: KernelCall

  init(_ call: KernelCall, in memory: ProgramMemory) {
    self.call = call
    tensors = memory.program.tensors
    for id in Set(call.reads + call.writes) {
      var whole = memory.operand(id).tensor
      whole.shape = [whole.spanBytes / whole.element.size]
      whole.strides = [1]
      contents[id] = HostTensor(whole, at: memory.operand(id).pointer)
    }
    for id in call.transients {
      // The kernel has a place of its own for it.
      contents[id] = HostTensor(shape: [1], [0 as Float])
    }
  }

  /// What the reference kernel computes from them, by target.
  func run<Scalar: ReferenceScalar>(
    _ scalar: Scalar.Type, _ context: RunContext
  ) throws(RuntimeError) -> [TensorID: ReferenceValue<Scalar>] {
    var operands: [TensorID: ReferenceOperand<Scalar>] = [:]
    // What the operands' pointers point to.
    var buffers: [ReferenceBuffer<UInt64>] = []
    for (id, content) in contents {
      let buffer = ReferenceBuffer<UInt64>(count: content.count, filledWith: 0)
      buffers.append(buffer)
      var operand = ReferenceOperand<Scalar>(
        element: tensors[id.index].element, shape: [content.count], strides: [1],
        pointer: UnsafeMutableRawPointer(buffer.pointer))
      try ReferenceValue(content).write(to: operand, name: tensors[id.index].label)
      (operand.shape, operand.strides) = (tensors[id.index].shape, tensors[id.index].strides)
      operands[id] = operand
    }
    return withExtendedLifetime(buffers) {
      let kernel = Scalar.bind(call) { id in
        guard let operand = operands[id] else { preconditionFailure("an operand of another call") }
        return operand
      }
      kernel(context)
      return operands.filter { call.writes.contains($0.key) }.mapValues { ReferenceValue($0) }
    }
  }
}
