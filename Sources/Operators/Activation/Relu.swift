package import GraphIR
import Plan

/// The rectifier `y = max(x, 0)`.
///
/// ```yaml
/// - relu:
/// ```
///
/// Gradient: `dx = dy where y > 0, else 0`; it reads y, so that x can die.
package struct Relu: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "relu"
  package static let summary = "max(x, 0)"
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
    let positive = try graph.isPositive(node.outputs[0])
    return [try graph.select(positive, gradient, else: graph.constant(0))]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    [body.emit(.maximum, operands[0], body.constant(0))]
  }
}
