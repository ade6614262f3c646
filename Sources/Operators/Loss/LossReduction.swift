import GraphIR
import Plan

/// How the elements of a loss become one number.
enum LossReduction: String, Sendable, CaseIterable {
  case mean, sum, none

  init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    let text = try attributes.choice(
      "reduction", among: Self.allCases.map(\.rawValue), default: Self.mean.rawValue,
      "how the elements become one number")
    self = LossReduction(rawValue: text) ?? .mean
  }

  var attribute: Attribute { Attribute("reduction", .text(rawValue)) }

  func outputType(_ elements: TensorType) -> TensorType { self == .none ? elements : .scalar() }

  func apply(_ elements: Value, in graph: inout Graph) throws(Diagnostic) -> Value {
    switch self {
    case .mean: try graph.mean(elements)
    case .sum: try graph.sum(elements)
    case .none: elements
    }
  }

  /// The output's type where the other inputs must broadcast to the shape of the first.
  ///
  /// They may not stretch it: N×1 predictions against N targets would become N×N.
  func outputTypes(_ inputs: [TensorType], for name: String) throws(Diagnostic) -> [TensorType] {
    for input in inputs {
      try input.requireFloats(for: name)
      guard TensorType.broadcast(inputs[0].shape, input.shape) == inputs[0].shape else {
        throw Diagnostic(.targetDoesNotFit(name, inputs[0], input))
      }
    }
    return [outputType(inputs[0])]
  }
}

extension Diagnostic.Message {
  fileprivate static func targetDoesNotFit(
    _ name: String, _ prediction: TensorType, _ target: TensorType
  ) -> Self {
    "\(name): \(target) does not broadcast to the shape of the prediction \(prediction)"
  }
}
