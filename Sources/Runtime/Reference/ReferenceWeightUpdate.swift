import Plan

/// A weight's gradient, whole, and then what is computed from it.
struct ReferenceWeightUpdate<Scalar: ReferenceScalar>: ReferenceKernel {
  private let gradient: ReferenceConvolutionWeightGradient<Scalar>
  private let tile: ReferenceTile<Scalar>
  /// Where the gradient lies, which has no place of its own in the plan.
  private let buffer: ReferenceBuffer<Scalar>

  init(_ call: WeightUpdateCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    var whole = operand(call.gradient.target)
    buffer = ReferenceBuffer(count: whole.span, filledWith: 0)
    whole.pointer = UnsafeMutableRawPointer(buffer.pointer)
    func resolved(_ id: TensorID) -> ReferenceOperand<Scalar> {
      id == call.gradient.target ? whole : operand(id)
    }
    gradient = ReferenceConvolutionWeightGradient(call.gradient, resolved)
    tile = ReferenceTile(call.tile, resolved)
  }

  func run(_ context: RunContext) {
    gradient.run(context)
    tile.run(context)
  }
}
