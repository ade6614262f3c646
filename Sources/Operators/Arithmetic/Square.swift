package import GraphIR
import Plan

/// The square `y = x²`.
///
/// ```yaml
/// - square:
/// ```
package struct Square: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "square"
  package static let summary = "x²"
  package static let category = Category.arithmetic

  // MARK: Attributes
  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.multiply(gradient, graph.multiply(node.inputs[0], 2))]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    [body.emit(.multiply, operands[0], operands[0])]
  }
}
