package import GraphIR
package import Plan

/// The square root `y = √x`.
///
/// ```yaml
/// - sqrt:
/// ```
///
/// Gradient: `dx = dy / 2y`; it reads y, so that x can die.
package struct SquareRoot: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sqrt"
  package static let summary = "√x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.sqrt

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.divide(graph.multiply(gradient, 0.5), node.outputs[0])]
  }
}
