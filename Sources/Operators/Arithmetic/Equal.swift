package import GraphIR
package import Plan

/// 1 where a = b, else 0, broadcast; no gradient flows through it.
///
/// ```yaml
/// - equal: { from: [a, b] }
/// ```
package struct Equal: OpcodeOperator, GradientStop, NetworkOperator {
  package static let name = "equal"
  package static let summary = "1 where a = b, else 0"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.equal

  package init() {}
}
