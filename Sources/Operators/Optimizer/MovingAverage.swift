package import GraphIR
import Plan

/// An exponential moving average, `y = decay · average + (1 - decay) · value`.
///
/// ```yaml
/// - average: { network: generator, into: generator_ema, decay: 0.999 }
/// ```
package struct MovingAverage: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "moving_average"
  package static let summary = "decay · average + (1 - decay) · value"
  package static let category = Category.arithmetic
  package static let ports = ["average", "value"]

  package var decay: Double

  // MARK: Attributes
  package init(decay: Double) { self.decay = decay }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    decay = try attributes.number("decay", default: 0.999, "the share of the old average")
  }

  package var attributes: [Attribute] { [Attribute("decay", .real(decay))] }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let toAverage = try graph.multiply(gradient, decay)
    let toValue = try graph.multiply(gradient, 1 - decay)
    return [
      try graph.reduce(toAverage, to: graph.type(of: node.inputs[0])),
      try graph.reduce(toValue, to: graph.type(of: node.inputs[1])),
    ]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    let fresh = body.emit(.multiply, operands[1], body.constant(1 - decay))
    return [body.emit(.fma, operands[0], body.constant(decay), fresh)]
  }
}

/// `decay · average + (1 - decay) · value`; with a decay of 0 the value itself.
func movingAverage(
  _ average: Value, _ value: Value, decay: Double, in graph: inout Graph
) throws(Diagnostic) -> Value {
  decay == 0 ? value : try graph.apply(MovingAverage(decay: decay), average, value)
}
