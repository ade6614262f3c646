import Plan

/// A kernel call bound to operands of one number type, computed in obvious Swift.
protocol ReferenceKernel {
  /// Computes. Allocates nothing.
  func run(_ context: RunContext)
}

/// A tensor as the reference kernels see it: real elements are held as `Scalar`.
package struct ReferenceOperand<Scalar: ReferenceScalar> {
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
///
/// They are handed out as functions, not as `any ReferenceKernel`: the methods of a generic type behind a protocol are
/// never compiled for one number type, and run a hundred times slower.
enum ReferenceKernels {
  static func bind<Scalar: ReferenceScalar>(
    _ call: KernelCall, operand: (TensorID) -> ReferenceOperand<Scalar>
  ) -> (RunContext) -> Void {
    switch call {
    case .tile(let call): ReferenceTile(call, operand).run
    case .tileList(let call): ReferenceTileList(call, operand).run
    case .convolution(let call): ReferenceConvolution(call, operand).run
    case .convolutionInputGradient(let call): ReferenceConvolutionInputGradient(call, operand).run
    case .convolutionWeightGradient(let call): ReferenceConvolutionWeightGradient(call, operand).run
    case .weightUpdate(let call): ReferenceWeightUpdate(call, operand).run
    case .matmul(let call): ReferenceMatmul(call, operand).run
    case .moments(let call): ReferenceMoments(call, operand).run
    case .copy(let call): ReferenceCopy(call, operand).run
    case .pool(let call): ReferencePool(call, operand).run
    case .averagePoolGradient(let call): ReferenceAveragePoolGradient(call, operand).run
    case .maxPoolScatter(let call): ReferenceMaxPoolMove(call, .scatter, operand).run
    case .maxPoolGather(let call): ReferenceMaxPoolMove(call, .gather, operand).run
    case .bilinear(let call): ReferenceBilinear(call, operand).run
    case .bilinearGradient(let call): ReferenceBilinearGradient(call, operand).run
    case .gather(let call): ReferenceGather(call, operand).run
    case .scatterAdd(let call): ReferenceScatterAdd(call, operand).run
    case .oneHot(let call): ReferenceOneHot(call, operand).run
    case .random(let call): ReferenceRandom(call, operand).run
    case .measured(let call): ReferenceMeasured(call, operand).run
    }
  }
}

/// Runs a reference kernel where the machine has no better one.
final class ReferenceBinding: BoundKernel {
  private let kernel: (RunContext) -> Void

  init(_ kernel: @escaping (RunContext) -> Void) { self.kernel = kernel }

  var scratchBytes: Int { 0 }
  var implementation: String { "reference" }
  func attach(scratch: UnsafeMutableRawPointer) {}
  func run(_ context: RunContext) { kernel(context) }
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
