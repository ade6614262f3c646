package import GraphIR
package import Plan

/// The natural logarithm `y = ln x`.
///
/// ```yaml
/// - log:
/// ```
package struct Logarithm: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "log"
  package static let summary = "ln x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.log

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.divide(gradient, node.inputs[0])]
  }
}
