import Plan

/// A kernel call bound to operands of one number type, computed in obvious Swift.
protocol ReferenceKernel {
  /// Computes. Allocates nothing.
  func run(_ context: RunContext)
}

/// A tensor as the reference kernels see it: float32 elements are held as `Scalar`.
struct ReferenceOperand<Scalar: ReferenceScalar> {
  var element: ElementType
  var shape: [Int]
  /// In elements.
  var strides: [Int]
  var pointer: UnsafeMutableRawPointer

  var count: Int { shape.reduce(1, *) }
  var scalars: UnsafeMutablePointer<Scalar> { pointer.assumingMemoryBound(to: Scalar.self) }
  var integers: UnsafeMutablePointer<Int64> { pointer.assumingMemoryBound(to: Int64.self) }

  /// One more than the highest element offset.
  var span: Int { zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 } }
}

/// The reference kernel of every call; the only place that knows them all.
enum ReferenceKernels {
  static func bind<Scalar: ReferenceScalar>(
    _ call: KernelCall, operand: (TensorID) -> ReferenceOperand<Scalar>
  ) -> any ReferenceKernel {
    switch call {
    case .tile(let call): ReferenceTile(call, operand)
    case .convolution(let call): ReferenceConvolution(call, operand)
    case .convolutionInputGradient(let call): ReferenceConvolutionInputGradient(call, operand)
    case .convolutionWeightGradient(let call): ReferenceConvolutionWeightGradient(call, operand)
    case .matmul(let call): ReferenceMatmul(call, operand)
    case .moments(let call): ReferenceMoments(call, operand)
    case .copy(let call): ReferenceCopy(call, operand)
    case .pool(let call): ReferencePool(call, operand)
    case .averagePoolGradient(let call): ReferenceAveragePoolGradient(call, operand)
    case .maxPoolScatter(let call): ReferenceMaxPoolMove(call, .scatter, operand)
    case .maxPoolGather(let call): ReferenceMaxPoolMove(call, .gather, operand)
    case .bilinear(let call): ReferenceBilinear(call, operand)
    case .bilinearGradient(let call): ReferenceBilinearGradient(call, operand)
    case .gather(let call): ReferenceGather(call, operand)
    case .scatterAdd(let call): ReferenceScatterAdd(call, operand)
    case .oneHot(let call): ReferenceOneHot(call, operand)
    case .random(let call): ReferenceRandom(call, operand)
    }
  }
}

/// Runs a reference kernel where the machine has no better one.
final class ReferenceBinding: BoundKernel {
  private let kernel: any ReferenceKernel

  init(_ kernel: any ReferenceKernel) { self.kernel = kernel }

  var scratchBytes: Int { 0 }
  var implementation: String { "reference" }
  func attach(scratch: UnsafeMutableRawPointer) {}
  func run(_ context: RunContext) { kernel.run(context) }
}

/// Memory that a kernel keeps between binding and its last run.
final class ReferenceBuffer<Element: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, filledWith value: Element) {
    self.count = count
    pointer = .allocate(capacity: Swift.max(count, 1))
    pointer.initialize(repeating: value, count: count)
  }

  deinit { pointer.deallocate() }
}
