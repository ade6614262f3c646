package import GraphIR
package import Plan

/// The cosine `y = cos x`.
///
/// ```yaml
/// - cos:
/// ```
package struct Cosine: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "cos"
  package static let summary = "cos x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.cos

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let slope = try graph.negate(graph.apply(Sine(), node.inputs[0]))
    return [try graph.multiply(gradient, slope)]
  }
}
