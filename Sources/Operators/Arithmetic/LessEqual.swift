package import GraphIR
package import Plan

/// 1 where a ≤ b, else 0, broadcast; no gradient flows through it.
///
/// ```yaml
/// - less_equal: { from: [a, b] }
/// ```
package struct LessEqual: OpcodeOperator, GradientStop, NetworkOperator {
  package static let name = "less_equal"
  package static let summary = "1 where a ≤ b, else 0"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.lessEqual

  package init() {}
}
