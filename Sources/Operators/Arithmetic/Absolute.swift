package import GraphIR
package import Plan

/// The absolute value `y = |x|`.
///
/// ```yaml
/// - abs:
/// ```
///
/// Gradient: `dx = dy · sign(x)`, 0 at 0.
package struct Absolute: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "abs"
  package static let summary = "|x|"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.abs

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.multiply(gradient, graph.apply(Sign(), node.inputs[0]))]
  }
}
