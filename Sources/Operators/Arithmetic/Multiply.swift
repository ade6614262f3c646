package import GraphIR
package import Plan

/// The product `y = a · b`, element by element, broadcast.
///
/// ```yaml
/// - mul: { from: [features, mask] }
/// ```
///
/// Gradient: `da = dy · b`, `db = dy · a`, each summed over the axes along which its operand was broadcast.
package struct Multiply: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "mul"
  package static let summary = "a · b"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.multiply

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let (toA, toB) = (try graph.multiply(gradient, b), try graph.multiply(gradient, a))
    return [
      try graph.reduce(toA, to: graph.type(of: a)), try graph.reduce(toB, to: graph.type(of: b)),
    ]
  }
}
