package import GraphIR
package import Plan

/// The smooth rectifier `y = ln(1 + eˣ)`, computed without overflow.
///
/// ```yaml
/// - softplus:
/// ```
///
/// Gradient: `dx = dy · sigmoid(x)`.
package struct Softplus: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "softplus"
  package static let summary = "ln(1 + eˣ)"
  package static let category = Category.activation
  package static let opcode = TileOpcode.softplus

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.multiply(gradient, graph.sigmoid(node.inputs[0]))]
  }
}
