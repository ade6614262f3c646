package import GraphIR
package import Plan

/// The greatest whole number not above x; no gradient flows through it.
///
/// ```yaml
/// - floor:
/// ```
package struct Floor: OpcodeOperator, GradientStop, NetworkOperator {
  package static let name = "floor"
  package static let summary = "⌊x⌋"
  package static let category = Category.arithmetic
  package static let opcode = TileOpcode.floor

  package init() {}
}
