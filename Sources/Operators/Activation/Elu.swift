package import GraphIR
import Plan

/// The exponential linear unit `y = x where x > 0, else α · (eˣ - 1)`.
///
/// ```yaml
/// - elu: { alpha: 1 }
/// ```
///
/// Gradient: `dx = dy where y > 0, else dy · (y + α)`; it reads y, so that x can die. That takes α > 0.
package struct Elu: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "elu"
  package static let summary = "x where x > 0, else alpha · (eˣ - 1)"
  package static let category = Category.activation

  package var alpha: Double

  // MARK: Attributes
  package init(alpha: Double) { self.alpha = alpha }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    alpha = try attributes.number("alpha", default: 1, "minus the limit on the left; positive")
    guard alpha > 0 else { throw Diagnostic(.alphaNotPositive(alpha)) }
  }

  package var attributes: [Attribute] { [Attribute("alpha", .real(alpha))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let y = node.outputs[0]
    let curved = try graph.multiply(gradient, graph.add(y, alpha))
    return [try graph.select(graph.isPositive(y), gradient, else: curved)]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    let zero = body.constant(0)
    let power = body.emit(.exp, body.emit(.minimum, operands[0], zero))
    let fall = body.emit(.subtract, power, body.constant(1))
    let curved = body.emit(.multiply, fall, body.constant(alpha))
    return [body.emit(.select, body.emit(.less, zero, operands[0]), operands[0], curved)]
  }
}

extension Diagnostic.Message {
  fileprivate static func alphaNotPositive(_ alpha: Double) -> Self {
    "elu: 'alpha' must be positive, got \(alpha)"
  }
}
