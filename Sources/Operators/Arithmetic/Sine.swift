package import GraphIR
package import Plan

/// The sine `y = sin x`.
///
/// ```yaml
/// - sin:
/// ```
package struct Sine: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sin"
  package static let summary = "sin x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.sin

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.multiply(gradient, graph.apply(Cosine(), node.inputs[0]))]
  }
}
