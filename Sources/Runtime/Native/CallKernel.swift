import CKernels
import Plan

/// A kernel that is a C function over one argument struct, filled at binding.
final class CallKernel<Arguments>: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  private let arguments: UnsafeMutablePointer<Arguments>
  private let body: (UnsafePointer<Arguments>?) -> Void
  private let setScratch: (inout Arguments, UnsafeMutableRawPointer) -> Void

  init(
    _ arguments: Arguments, implementation: String,
    scratchBytes: (UnsafePointer<Arguments>) -> Int = { _ in 0 },
    setScratch: @escaping (inout Arguments, UnsafeMutableRawPointer) -> Void = { _, _ in },
    body: @escaping (UnsafePointer<Arguments>?) -> Void
  ) {
    self.arguments = .allocate(capacity: 1)
    self.arguments.initialize(to: arguments)
    self.implementation = implementation
    self.scratchBytes = scratchBytes(UnsafePointer(self.arguments))
    self.setScratch = setScratch
    self.body = body
  }

  deinit {
    arguments.deinitialize(count: 1)
    arguments.deallocate()
  }

  func attach(scratch: UnsafeMutableRawPointer) { setScratch(&arguments.pointee, scratch) }

  func run(_ context: RunContext) { body(UnsafePointer(arguments)) }
}

/// Fills a fixed-size C array, which Swift sees as a tuple; what is left over keeps its value.
///
/// - Precondition: the values fit.
func assign<Tuple, Element>(_ tuple: inout Tuple, _ values: [Element]) {
  withUnsafeMutableBytes(of: &tuple) { bytes in
    values.withUnsafeBytes { bytes.copyMemory(from: $0) }
  }
}

/// Fills a fixed-size C array of int64.
func assign<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
  assign(&tuple, values.map(Int64.init))
}

extension ElementType {
  /// The type in the C kernels' terms.
  var kernelElement: pf_element {
    switch self {
    case .float32: pf_float32
    case .int64: pf_int64
    case .bfloat16: pf_bfloat16
    }
  }
}

/// The most outer axes that the C kernels take.
let mostAxes = pf_max_axes
