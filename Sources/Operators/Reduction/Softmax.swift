package import GraphIR
import Plan

/// Turns numbers into shares of 1 along an axis, `y = eˣ / Σ eˣ`, computed without overflow.
///
/// ```yaml
/// - softmax: { axis: 1 }
/// ```
package struct Softmax: CompositeOperator, NetworkOperator {
  package static let name = "softmax"
  package static let summary = "eˣ / Σ eˣ along an axis"
  package static let category = Category.reduction

  package var axis: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "the axis along which shares add up to 1")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireFloats(for: name)
    _ = try inputs[0].axis(axis, for: name)
    return [inputs[0]]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let power = try graph.exp(shiftedToMaximum(inputs[0], axis: axis, in: &graph))
    return [try graph.divide(power, graph.sum(power, axes: [axis], keepingAxes: true))]
  }
}

/// x minus its greatest element along the axis, a constant for the gradient: softmax does not depend on it.
func shiftedToMaximum(
  _ x: Value, axis: Int, in graph: inout Graph
) throws(Diagnostic) -> Value {
  let greatest = try graph.apply(Amax(axes: [axis], keepingAxes: true), x)
  return try graph.subtract(x, graph.stopGradient(greatest))
}
