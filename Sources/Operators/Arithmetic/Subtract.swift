package import GraphIR
package import Plan

/// The difference `y = a - b`, broadcast.
///
/// ```yaml
/// - sub: { from: [a, b] }
/// ```
package struct Subtract: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sub"
  package static let summary = "a - b"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.subtract

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let toRight = try graph.reduce(gradient, to: graph.type(of: node.inputs[1]))
    return [
      try graph.reduce(gradient, to: graph.type(of: node.inputs[0])), try graph.negate(toRight),
    ]
  }
}
