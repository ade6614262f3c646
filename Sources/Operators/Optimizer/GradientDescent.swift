package import GraphIR
import Plan

/// Stochastic gradient descent, with momentum if asked.
///
/// ```yaml
/// optimizers:
///   d: { sgd: { lr: 0.01, momentum: 0.9, nesterov: true }, update: [critic] }
/// ```
///
/// `g += weight_decay · p`, `b = momentum · b + g`, `p -= lr · b`, or `p -= lr · (g + momentum · b)` for Nesterov's.
/// Without momentum no b is kept.
package struct GradientDescent: OptimizerOperator {
  package static let name = "sgd"
  package static let summary = "p - lr · b, b = momentum · b + g"

  private let momentum: Double
  private let isNesterov: Bool
  private let weightDecay: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    momentum = try attributes.number(
      "momentum", default: 0, "the share of the last step that stays")
    isNesterov = try attributes.bool("nesterov", default: false, "whether to look a step ahead")
    weightDecay = try attributes.number("weight_decay", default: 0, "pull towards zero")
    guard !isNesterov || momentum > 0 else { throw Diagnostic(.nesterovNeedsMomentum) }
  }

  package var attributes: [Attribute] {
    [
      Attribute("momentum", .real(momentum)), Attribute("nesterov", .bool(isNesterov)),
      Attribute("weight_decay", .real(weightDecay)),
    ]
  }

  package func slots(for parameter: TensorType) -> [ParameterDeclaration] {
    guard momentum != 0 else { return [] }
    return [
      ParameterDeclaration("b", parameter.shape, initializer: .constant(0), role: .slot)
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(momentum != 0 ? 5 : 4) }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let gradient = try decayed(
      inputs[1], parameter: inputs[0], weightDecay: weightDecay, in: &graph)
    guard momentum != 0 else {
      return [try graph.subtract(inputs[0], graph.multiply(gradient, inputs[2]))]
    }
    let buffer = try graph.add(graph.multiply(inputs[4], momentum), gradient)
    let direction =
      isNesterov ? try graph.add(gradient, graph.multiply(buffer, momentum)) : buffer
    return [try graph.subtract(inputs[0], graph.multiply(direction, inputs[2])), buffer]
  }
}

/// The gradient plus `weightDecay` times the parameter: that of an L2 penalty.
func decayed(
  _ gradient: Value, parameter: Value, weightDecay: Double, in graph: inout Graph
) throws(Diagnostic) -> Value {
  guard weightDecay != 0 else { return gradient }
  return try graph.add(gradient, graph.multiply(parameter, weightDecay))
}

extension Diagnostic.Message {
  fileprivate static var nesterovNeedsMomentum: Self {
    "sgd: 'nesterov' needs a 'momentum' above 0"
  }
}
