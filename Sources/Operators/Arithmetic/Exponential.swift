package import GraphIR
package import Plan

/// The exponential function `y = eˣ`.
///
/// ```yaml
/// - exp:
/// ```
///
/// Gradient: `dx = dy · y`; it reads y, so that x can die.
package struct Exponential: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "exp"
  package static let summary = "eˣ"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.exp

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.multiply(gradient, node.outputs[0])]
  }
}
