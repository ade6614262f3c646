package import GraphIR
package import Plan

/// The quotient `y = a / b`, element by element, broadcast.
///
/// ```yaml
/// - div: { from: [a, b] }
/// ```
///
/// Gradient: `da = dy / b`, `db = -y · dy / b`.
package struct Divide: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "div"
  package static let summary = "a / b"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.divide

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (a, b, y) = (node.inputs[0], node.inputs[1], node.outputs[0])
    let toA = try graph.divide(gradient, b)
    let toB = try graph.negate(graph.multiply(toA, y))
    return [
      try graph.reduce(toA, to: graph.type(of: a)), try graph.reduce(toB, to: graph.type(of: b)),
    ]
  }
}
