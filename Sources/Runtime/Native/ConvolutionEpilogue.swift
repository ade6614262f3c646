import Plan

extension ConvolutionCall {
  /// target = activation(target + bias) over N, H, W, C, for kernels that have no place for it.
  func epilogue(operand: (TensorID) -> Operand) -> TileCall {
    let tensor = operand(target).tensor, order = [0, 2, 3, 1]
    let strides = order.map { tensor.strides[$0] }
    var loads = [TileLoad(tensor: target, strides: strides, divisors: [1, 1, 1, 1])]
    if let bias {
      loads.append(TileLoad(tensor: bias, strides: [0, 0, 0, 1], divisors: [1, 1, 1, 1]))
    }
    var instructions = bias == nil ? [] : [TileInstruction(.add, [0, 1])]
    var last: Int { loads.count + instructions.count - 1 }
    let sum = bias == nil ? 0 : last
    switch activation {
    case .identity: break
    case .tanh: instructions.append(TileInstruction(.tanh, [sum]))
    case .sigmoid: instructions.append(TileInstruction(.sigmoid, [sum]))
    case .relu:
      instructions.append(TileInstruction(.constant, immediate: 0))
      instructions.append(TileInstruction(.maximum, [sum, last]))
    case .leakyRelu(let slope):
      instructions.append(TileInstruction(.constant, immediate: 0))
      let zero = last
      instructions.append(TileInstruction(.constant, immediate: slope))
      instructions.append(TileInstruction(.multiply, [sum, last]))
      let scaled = last
      instructions.append(TileInstruction(.less, [zero, sum]))
      instructions.append(TileInstruction(.select, [last, sum, scaled]))
    }
    return TileCall(
      extent: order.map { tensor.shape[$0] }, loads: loads, instructions: instructions,
      stores: [TileStore(register: last, tensor: target, strides: strides)], reductions: [])
  }
}
