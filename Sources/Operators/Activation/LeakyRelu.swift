package import GraphIR
import Plan

/// The leaky rectifier `y = x where x > 0, else slope · x`.
///
/// ```yaml
/// - leaky_relu: { negative_slope: 0.2 }
/// ```
///
/// Gradient: `dx = dy where y > 0, else slope · dy`. With a positive slope x and y have the same sign, so the rule
/// reads y and x can die.
package struct LeakyRelu: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "leaky_relu"
  package static let summary = "x where x > 0, else negative_slope · x"
  package static let category = Category.activation

  package var slope: Double

  // MARK: Attributes
  package init(slope: Double) { self.slope = slope }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    slope = try attributes.number("negative_slope", default: 0.01, "the slope left of 0")
  }

  package var attributes: [Attribute] { [Attribute("negative_slope", .real(slope))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let positive = try graph.isPositive(slope > 0 ? node.outputs[0] : node.inputs[0])
    let leaked = try graph.multiply(gradient, slope)
    return [try graph.select(positive, gradient, else: leaked)]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    let x = operands[0]
    let leaked = body.emit(.multiply, x, body.constant(slope))
    // Where the slope is between 0 and 1, the greater of both is the right one: one instruction less.
    if 0...1 ~= slope { return [body.emit(.maximum, x, leaked)] }
    let positive = body.emit(.less, body.constant(0), x)
    return [body.emit(.select, positive, x, leaked)]
  }
}
