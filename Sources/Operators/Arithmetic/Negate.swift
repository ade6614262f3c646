package import GraphIR
package import Plan

/// The negative `y = -x`.
///
/// ```yaml
/// - neg:
/// ```
package struct Negate: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "neg"
  package static let summary = "-x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.negate

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.negate(gradient)]
  }
}
