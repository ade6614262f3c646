package import GraphIR
package import Plan

/// 1 where a < b, else 0, broadcast; no gradient flows through it.
///
/// ```yaml
/// - less: { from: [a, b] }
/// ```
package struct Less: OpcodeOperator, GradientStop, NetworkOperator {
  package static let name = "less"
  package static let summary = "1 where a < b, else 0"
  package static let category = Category.arithmetic
  package static let ports = ["a", "b"]
  package static let opcode = TileOpcode.less

  package init() {}
}
