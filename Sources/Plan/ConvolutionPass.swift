/// Which operand of a convolution, or the gradient of which, is computed from the other two.
package enum ConvolutionPass: Sendable, Hashable {
  case forward, inputGradient, weightGradient
}

extension ConvolutionCall {
  /// Image, weight and result of the convolution that this is a pass of, or their gradients.
  package func roles(in pass: ConvolutionPass) -> (x: TensorID, w: TensorID, y: TensorID) {
    switch pass {
    case .forward: (source, weight, target)
    case .inputGradient: (target, weight, source)
    case .weightGradient: (source, target, weight)
    }
  }
}

extension KernelCall {
  /// A convolution with its pass; nil for other calls.
  package var convolutionPass: (call: ConvolutionCall, pass: ConvolutionPass)? {
    switch self {
    case .convolution(let call): (call, .forward)
    case .convolutionInputGradient(let call): (call, .inputGradient)
    case .convolutionWeightGradient(let call): (call, .weightGradient)
    default: nil
    }
  }

  /// What a convolution in any of its passes computes; nil for other calls.
  package var convolution: ConvolutionCall? { convolutionPass?.call }

  /// Image, weight and result of a convolution, or their gradients; nil for other calls.
  package var convolutionRoles: (x: TensorID, w: TensorID, y: TensorID)? {
    convolutionPass.map { $0.call.roles(in: $0.pass) }
  }

  /// Whether it is a convolution in any of its passes, or a matrix product.
  package var isProduct: Bool {
    switch self {
    case .matmul: true
    default: unmeasured.convolution != nil
    }
  }

  /// The same call by another algorithm.
  package func computed(by algorithm: ConvolutionAlgorithm) -> KernelCall {
    if case .measured(var measured) = self {
      let changed = measured.producer.call.computed(by: algorithm)
      measured.producer = MeasuredCall.Producer(changed) ?? measured.producer
      return .measured(measured)
    }
    guard let (planned, pass) = convolutionPass else { return self }
    var call = planned
    call.algorithm = algorithm
    return switch pass {
    case .forward: .convolution(call)
    case .inputGradient: .convolutionInputGradient(call)
    case .weightGradient: .convolutionWeightGradient(call)
    }
  }
}
