package import GraphIR
import Plan

/// RMSprop: steps by the gradient over the root of its mean square.
///
/// ```yaml
/// optimizers:
///   d: { rmsprop: { lr: 5e-5, alpha: 0.99 }, update: [critic] }
/// ```
///
/// `v = alpha · v + (1 - alpha) · g²`, `s = g / (√v + eps)`, `p -= lr · s`; with momentum `b = momentum · b + s`,
/// `p -= lr · b`.
package struct RootMeanSquare: OptimizerOperator {
  package static let name = "rmsprop"
  package static let summary = "p - lr · g / (√v + eps), v the moving average of g²"

  private let alpha: Double
  private let eps: Double
  private let momentum: Double
  private let weightDecay: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    alpha = try attributes.number("alpha", default: 0.99, "how slowly the mean square moves")
    eps = try attributes.number("eps", default: 1e-8, "added below the line")
    momentum = try attributes.number(
      "momentum", default: 0, "the share of the last step that stays")
    weightDecay = try attributes.number("weight_decay", default: 0, "pull towards zero")
  }

  package var attributes: [Attribute] {
    [
      Attribute("alpha", .real(alpha)), Attribute("eps", .real(eps)),
      Attribute("momentum", .real(momentum)), Attribute("weight_decay", .real(weightDecay)),
    ]
  }

  package func slots(for parameter: TensorType) -> [ParameterDeclaration] {
    (momentum != 0 ? ["v", "b"] : ["v"]).map {
      ParameterDeclaration($0, parameter.shape, initializer: .constant(0), role: .slot)
    }
  }

  // MARK: Shape
  package var arity: Arity { .exactly(momentum != 0 ? 6 : 5) }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let gradient = try decayed(
      inputs[1], parameter: inputs[0], weightDecay: weightDecay, in: &graph)
    let square = try movingAverage(inputs[4], graph.square(gradient), decay: alpha, in: &graph)
    let scaled = try graph.divide(gradient, graph.add(graph.sqrt(square), eps))
    guard momentum != 0 else {
      return [try graph.subtract(inputs[0], graph.multiply(scaled, inputs[2])), square]
    }
    let buffer = try graph.add(graph.multiply(inputs[5], momentum), scaled)
    return [try graph.subtract(inputs[0], graph.multiply(buffer, inputs[2])), square, buffer]
  }
}
