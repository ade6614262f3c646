package import GraphIR
package import Plan

/// The sign of x: -1, 0 or 1; no gradient flows through it.
///
/// ```yaml
/// - sign:
/// ```
package struct Sign: OpcodeOperator, GradientStop, NetworkOperator {
  package static let name = "sign"
  package static let summary = "-1, 0 or 1"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.sign

  package init() {}
}
