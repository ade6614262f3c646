import Plan

/// A pass of a convolution, bound to memory.
protocol ConvolutionKernel: BoundKernel {
  /// Whether it adds the bias and applies the activation.
  var appliesEpilogue: Bool { get }
}

extension NativeKernels {
  /// Binds one pass of a convolution, with bias and activation behind it where its kernel has no place for them.
  ///
  /// Nil where no kernel knows how, and for weight gradients with a bias or an activation, which make no sense.
  static func convolutionKernel(
    _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
    operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> (any BoundKernel)? {
    let isBare = call.bias == nil && call.activation == .identity
    guard isBare || pass != .weightGradient,
      let kernel = try bareKernel(call, pass, on: machine, operand: operand)
    else { return nil }
    if isBare || kernel.appliesEpilogue { return kernel }
    guard
      let epilogue = TileKernel(call.epilogue(operand: operand), on: machine, operand: operand)
    else { return nil }
    return KernelPair(kernel, epilogue)
  }

  /// The algorithm that the plan asks for; where there is none, the direct one.
  private static func bareKernel(
    _ call: ConvolutionCall, _ pass: ConvolutionPass, on machine: Machine,
    operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> (any ConvolutionKernel)? {
    if let tiles = WinogradKernel(call, pass, on: machine, operand: operand) { return tiles }
    if let few = FewChannelsKernel(call, pass, on: machine, operand: operand) { return few }
    #if ONEDNN
      if let columns = try ColumnsKernel(call, pass, on: machine, operand: operand) {
        return columns
      }
      return try OneDNNKernel(call, pass, on: machine, operand: operand)
    #else
      return nil
    #endif
  }

  /// Binds a weight gradient of some of y's channels, which lie among the others; nil for kernels that would mind.
  static func partKernel(
    _ call: ConvolutionCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) -> (any BoundKernel)? {
    if let tiles = WinogradKernel(call, .weightGradient, on: machine, operand: operand) {
      return tiles
    }
    #if ONEDNN
      return try ColumnsKernel(call, .weightGradient, on: machine, operand: operand)
    #else
      return nil
    #endif
  }
}
