package import GraphIR
package import Plan

/// The hyperbolic tangent `y = tanh x`.
///
/// ```yaml
/// - tanh: { as: image }
/// ```
///
/// Gradient: `dx = dy · (1 - y²)`; it reads y, so that x can die.
package struct Tanh: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "tanh"
  package static let summary = "tanh x"
  package static let category = Category.activation
  package static let opcode = TileOpcode.tanh

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let slope = try graph.subtract(graph.constant(1), graph.square(node.outputs[0]))
    return [try graph.multiply(gradient, slope)]
  }
}
