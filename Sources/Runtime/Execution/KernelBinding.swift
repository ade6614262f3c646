package import Plan

/// Finds a kernel for every call: every plan runs on every machine.
package enum KernelBinding {
  /// The machine's own kernel; where that knows no bfloat16, the best one for float32 on converted copies; else the
  /// reference kernel.
  package static func bind(
    _ call: KernelCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> any BoundKernel {
    if let native = try NativeKernels.bind(call, on: machine, operand: operand) { return native }
    let operands = Set(call.reads + call.writes)
    if operands.contains(where: { operand($0).tensor.element == .bfloat16 }) {
      return try WidenedKernel(call, on: machine, operand: operand)
    }
    return ReferenceBinding(
      Float.bind(call) { id in
        let operand = operand(id)
        return ReferenceOperand(
          element: operand.tensor.element, shape: operand.tensor.shape,
          strides: operand.tensor.strides, pointer: operand.pointer)
      })
  }
}
