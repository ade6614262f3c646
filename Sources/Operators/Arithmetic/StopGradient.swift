package import GraphIR
import Plan

/// Passes x on and lets no gradient back: PyTorch's `detach`.
///
/// ```yaml
/// - stop_gradient: { as: frozen, from: g.image }
/// ```
package struct StopGradient: ElementwiseOperator, GradientStop, NetworkOperator {
  package static let name = "stop_gradient"
  package static let summary = "x, with a gradient of zero"
  package static let category = Category.gradient

  // MARK: Attributes
  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    operands
  }
}
