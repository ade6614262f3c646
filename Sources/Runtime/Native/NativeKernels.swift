import CKernels
package import Plan

#if ONEDNN
  import COneDNN
#endif

/// The fast kernels: own loops in C, and oneDNN.
package enum NativeKernels {
  /// Binds a call to this machine as the environment describes it.
  ///
  /// Gives nil when no native kernel covers the call; the reference kernel then does.
  package static func bind(
    _ call: KernelCall, operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> (any BoundKernel)? {
    try bind(call, on: .current(), operand: operand)
  }

  /// Binds a call to a machine.
  package static func bind(
    _ call: KernelCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> (any BoundKernel)? {
    // An empty tensor has nothing to compute but the sums over nothing, which the reference kernels know.
    guard (call.reads + call.writes).allSatisfy({ operand($0).tensor.count > 0 }) else {
      return nil
    }
    switch call {
    case .tile(let call):
      return TileKernel(call, on: machine, operand: operand)
    case .tileList(let call):
      return TileListKernel(call, on: machine, operand: operand)
    case .moments(let call):
      return momentsKernel(call, on: machine, operand: operand)
    case .copy(let call):
      return copyKernel(call, on: machine, operand: operand)
    case .pool(let call):
      return poolKernel(call, .pool, on: machine, operand: operand)
    case .averagePoolGradient(let call):
      return poolKernel(call, .averageGradient, on: machine, operand: operand)
    case .maxPoolScatter(let call):
      return poolKernel(call, .maxScatter, on: machine, operand: operand)
    case .maxPoolGather(let call):
      return poolKernel(call, .maxGather, on: machine, operand: operand)
    case .bilinear(let call):
      return bilinearKernel(call, gradient: false, on: machine, operand: operand)
    case .bilinearGradient(let call):
      return bilinearKernel(call, gradient: true, on: machine, operand: operand)
    case .gather(let call):
      return gatherKernel(call, adds: false, on: machine, operand: operand)
    case .scatterAdd(let call):
      return gatherKernel(call, adds: true, on: machine, operand: operand)
    case .oneHot(let call):
      return oneHotKernel(call, operand: operand)
    case .random(let call):
      return RandomKernel(call, on: machine, operand: operand)
    case .weightUpdate(let call):
      return try WeightUpdateKernel(call, on: machine, operand: operand)
    case .measured(let call):
      return try measuredKernel(call, on: machine, operand: operand)
    case .convolution(let call):
      return try convolutionKernel(call, .forward, on: machine, operand: operand)
    case .convolutionInputGradient(let call):
      return try convolutionKernel(call, .inputGradient, on: machine, operand: operand)
    case .convolutionWeightGradient(let call):
      return try convolutionKernel(call, .weightGradient, on: machine, operand: operand)
    case .matmul(let call):
      #if ONEDNN
        return try matmulKernel(call, on: machine, operand: operand)
      #else
        return nil
      #endif
    }
  }
}
