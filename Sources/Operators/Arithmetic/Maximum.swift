package import GraphIR
package import Plan

/// The greater of two, `y = max(a, b)`, broadcast.
///
/// ```yaml
/// - maximum: { from: [a, b] }
/// ```
///
/// The gradient goes to the greater operand, and in halves to both where they are equal.
package struct Maximum: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "maximum"
  package static let summary = "max(a, b)"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.maximum

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let share = try shareOfFirst(lesser: b, greater: a, in: &graph)
    return try sharedGradients(gradient, share: share, among: [a, b], in: &graph)
  }
}

/// 1 where `greater` > `lesser`, ½ where they are equal, else 0.
func shareOfFirst(
  lesser: Value, greater: Value, in graph: inout Graph
) throws(Diagnostic) -> Value {
  let notLess = try graph.lessEqual(lesser, greater)
  let isGreater = try graph.less(lesser, greater)
  return try graph.multiply(graph.add(notLess, isGreater), 0.5)
}

/// Divides a gradient between two operands: `share` of it goes to the first.
func sharedGradients(
  _ gradient: Value, share: Value, among operands: [Value], in graph: inout Graph
) throws(Diagnostic) -> [Value?] {
  let toFirst = try graph.multiply(gradient, share)
  let toSecond = try graph.subtract(gradient, toFirst)
  return [
    try graph.reduce(toFirst, to: graph.type(of: operands[0])),
    try graph.reduce(toSecond, to: graph.type(of: operands[1])),
  ]
}
