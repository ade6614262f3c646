package import GraphIR
import Plan

/// The sigmoid-weighted unit `y = x · sigmoid(x)`, also called swish.
///
/// ```yaml
/// - silu:
/// ```
///
/// Gradient: `dx = dy · s · (1 + x · (1 - s))` with `s = sigmoid(x)`.
package struct Silu: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "silu"
  package static let summary = "x · sigmoid(x)"
  package static let category = Category.activation

  // MARK: Attributes
  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let x = node.inputs[0]
    let sigmoid = try graph.sigmoid(x)
    let rest = try graph.subtract(graph.constant(1), sigmoid)
    let slope = try graph.multiply(sigmoid, graph.add(graph.multiply(x, rest), 1))
    return [try graph.multiply(gradient, slope)]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    [body.emit(.multiply, operands[0], body.emit(.sigmoid, operands[0]))]
  }
}
