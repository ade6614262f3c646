package import GraphIR
package import Plan

/// Chooses element by element: `y = a` where c is not 0, else `b`, broadcast.
///
/// ```yaml
/// - where: { from: { condition: mask, a: bright, b: dark } }
/// ```
///
/// The gradient goes to the chosen operand; the condition has none.
package struct Where: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "where"
  package static let summary = "a where the condition is not 0, else b"
  package static let category = Category.arithmetic
  package static let ports = ["condition", "a", "b"]
  package static let opcode = TileOpcode.select

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (condition, a, b) = (node.inputs[0], node.inputs[1], node.inputs[2])
    let zero = try graph.constant(0)
    let toA = try graph.select(condition, gradient, else: zero)
    let toB = try graph.select(condition, zero, else: gradient)
    return [
      nil, try graph.reduce(toA, to: graph.type(of: a)),
      try graph.reduce(toB, to: graph.type(of: b)),
    ]
  }
}
