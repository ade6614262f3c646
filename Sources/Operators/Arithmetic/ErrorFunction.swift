package import GraphIR
package import Plan

/// The error function `y = 2/√π · ∫₀ˣ exp(-t²) dt`.
///
/// ```yaml
/// - erf:
/// ```
///
/// Gradient: `dx = dy · 2/√π · exp(-x²)`.
package struct ErrorFunction: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "erf"
  package static let summary = "the error function of x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.erf

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let bell = try graph.exp(graph.negate(graph.square(node.inputs[0])))
    return [try graph.multiply(gradient, graph.multiply(bell, 2 / Double.pi.squareRoot()))]
  }
}
