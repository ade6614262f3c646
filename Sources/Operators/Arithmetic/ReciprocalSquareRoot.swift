package import GraphIR
package import Plan

/// The reciprocal square root `y = 1 / √x`.
///
/// ```yaml
/// - rsqrt:
/// ```
///
/// Gradient: `dx = -½ · dy · y³`; it reads y, so that x can die.
package struct ReciprocalSquareRoot: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "rsqrt"
  package static let summary = "1 / √x"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.rsqrt

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let y = node.outputs[0]
    let cube = try graph.multiply(graph.square(y), y)
    return [try graph.multiply(gradient, graph.multiply(cube, -0.5))]
  }
}
