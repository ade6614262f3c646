import Plan

/// An image, and then its moments.
struct ReferenceMeasured<Scalar: ReferenceScalar>: ReferenceKernel {
  private let producer: (RunContext) -> Void
  private let moments: ReferenceMoments<Scalar>

  init(_ call: MeasuredCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    producer = ReferenceKernels.bind(call.producer.call, operand: operand)
    moments = ReferenceMoments(call.moments, operand)
  }

  func run(_ context: RunContext) {
    producer(context)
    moments.run(context)
  }
}
