package import GraphIR
package import Plan

/// The logistic function `y = 1 / (1 + e⁻ˣ)`.
///
/// ```yaml
/// - sigmoid:
/// ```
///
/// Gradient: `dx = dy · y · (1 - y)`; it reads y, so that x can die.
package struct Sigmoid: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sigmoid"
  package static let summary = "1 / (1 + e⁻ˣ)"
  package static let category = Category.activation
  package static let opcode = TileOpcode.sigmoid

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let y = node.outputs[0]
    let slope = try graph.multiply(y, graph.subtract(graph.constant(1), y))
    return [try graph.multiply(gradient, slope)]
  }
}
