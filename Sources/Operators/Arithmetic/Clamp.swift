package import GraphIR
import Plan

/// Bounds every element, `y = min(max(x, low), high)`.
///
/// ```yaml
/// - clamp: { min: -1, max: 1 }
/// ```
///
/// The gradient passes where low ≤ x ≤ high, both included.
package struct Clamp: ElementwiseOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "clamp"
  package static let summary = "min(max(x, low), high)"
  package static let category = Category.arithmetic

  package var low: Double
  package var high: Double

  // MARK: Attributes
  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    low = try attributes.number("min", default: -.infinity, "the least value that stays")
    high = try attributes.number("max", default: .infinity, "the greatest value that stays")
    guard low <= high else { throw Diagnostic(.emptyRange(low, high)) }
  }

  package var attributes: [Attribute] {
    (low == -.infinity ? [] : [Attribute("min", .real(low))])
      + (high == .infinity ? [] : [Attribute("max", .real(high))])
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let x = node.inputs[0]
    let aboveLow = try graph.lessEqual(graph.constant(low), x)
    let belowHigh = try graph.lessEqual(x, graph.constant(high))
    let inside = try graph.multiply(aboveLow, belowHigh)
    return [try graph.select(inside, gradient, else: graph.constant(0))]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    var result = operands[0]
    if low > -.infinity { result = body.emit(.maximum, result, body.constant(low)) }
    if high < .infinity { result = body.emit(.minimum, result, body.constant(high)) }
    return [result]
  }
}

extension Diagnostic.Message {
  fileprivate static func emptyRange(_ low: Double, _ high: Double) -> Self {
    "clamp: 'min' must not be above 'max', got \(low) and \(high)"
  }
}
