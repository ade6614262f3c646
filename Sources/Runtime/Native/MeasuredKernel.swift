import CKernels
import Plan

extension NativeKernels {
  /// Binds a kernel that takes the moments of its result while it writes it; where there is none, two kernels.
  static func measuredKernel(
    _ call: MeasuredCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> any BoundKernel {
    if let moments = pf_moments_target(call.moments, on: machine, operand: operand) {
      let kernel: (any BoundKernel)? =
        switch call.producer {
        case .convolution(let call):
          WinogradKernel(call, .forward, moments: moments, on: machine, operand: operand)
        case .pool(let call):
          poolKernel(call, .pool, moments: moments, on: machine, operand: operand)
        }
      if let kernel { return kernel }
    }
    return KernelPair(
      try KernelBinding.bind(call.producer.call, on: machine, operand: operand),
      try KernelBinding.bind(.moments(call.moments), on: machine, operand: operand))
  }
}

extension pf_moments_target {
  /// Nil unless the moments of neighbouring channels lie side by side.
  fileprivate init?(
    _ call: MomentsCall, on machine: Machine, operand: (TensorID) -> Operand
  ) {
    let (mean, variance) = (operand(call.mean), operand(call.variance))
    guard let loops = machine.instructions.loops,
      [mean, variance].allSatisfy({ $0.tensor.element == .float32 && $0.tensor.strides[1] == 1 })
    else { return nil }
    self.init(
      loops: loops, mean: mean.pointer.assumingMemoryBound(to: Float.self),
      variance: variance.pointer.assumingMemoryBound(to: Float.self))
  }
}
