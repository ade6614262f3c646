import Plan

extension Initializer {
  /// PyTorch's default for weights and biases of convolutions and linear layers: U(±1/√fan_in).
  static func uniform(fanIn: Int) -> Initializer {
    let bound = 1 / Double(max(1, fanIn)).squareRoot()
    return .uniform(low: -bound, high: bound)
  }
}
