import GraphIR
import Plan

/// The attribute by which fusion gives a convolution or a product the activation that follows it.
///
/// It is read only when given, so that the catalogue does not offer it to people.
extension ConvolutionCall.Activation {
  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    self = .identity
    guard attributes.has("activation") else { return }
    switch try attributes.choice("activation", among: ["relu", "leaky_relu", "tanh", "sigmoid"]) {
    case "relu": self = .relu
    case "leaky_relu": self = .leakyRelu(slope: try attributes.number("slope"))
    case "tanh": self = .tanh
    default: self = .sigmoid
    }
  }

  var attributes: [Attribute] {
    switch self {
    case .identity: []
    case .relu: [Attribute("activation", .text("relu"))]
    case .leakyRelu(let slope):
      [Attribute("activation", .text("leaky_relu")), Attribute("slope", .real(slope))]
    case .tanh: [Attribute("activation", .text("tanh"))]
    case .sigmoid: [Attribute("activation", .text("sigmoid"))]
    }
  }

  /// Fails unless nothing was fused yet: gradients are taken before fusion.
  func requireNone(for name: String) throws(Diagnostic) {
    guard self == .identity else { throw Diagnostic(.fusedTooEarly(name)) }
  }
}

extension Diagnostic.Message {
  fileprivate static func fusedTooEarly(_ name: String) -> Self {
    "\(name) with a fused activation has no gradient rule; take gradients before fusing"
  }
}
