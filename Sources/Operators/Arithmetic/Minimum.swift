package import GraphIR
package import Plan

/// The lesser of two, `y = min(a, b)`, broadcast.
///
/// ```yaml
/// - minimum: { from: [a, b] }
/// ```
///
/// The gradient goes to the lesser operand, and in halves to both where they are equal.
package struct Minimum: OpcodeOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "minimum"
  package static let summary = "min(a, b)"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.minimum

  package init() {}

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (a, b) = (node.inputs[0], node.inputs[1])
    let share = try shareOfFirst(lesser: a, greater: b, in: &graph)
    return try sharedGradients(gradient, share: share, among: [a, b], in: &graph)
  }
}
