package import GraphIR
package import Plan

/// The power `y = a ^ b`, element by element, broadcast.
///
/// ```yaml
/// - compute: { as: energy, value: "slope ** 2" }
/// ```
///
/// Gradient: `da = dy · b · a ^ (b - 1)`, `db = dy · y · log a` where a > 0 and 0 elsewhere.
package struct Power: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "pow"
  package static let summary = "a ^ b"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.power

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (a, b, y) = (node.inputs[0], node.inputs[1], node.outputs[0])
    let slope = try graph.multiply(b, graph.power(a, graph.add(b, -1)))
    let toA = try graph.multiply(gradient, slope)
    // The logarithm of 1 stands in where a has none, so that neither it nor its gradient is NaN there.
    let positive = try graph.isPositive(a)
    let logarithm = try graph.log(graph.select(positive, a, else: graph.constant(1)))
    let toB = try graph.multiply(gradient, graph.multiply(y, logarithm))
    return [
      try graph.reduce(toA, to: graph.type(of: a)), try graph.reduce(toB, to: graph.type(of: b)),
    ]
  }
}
