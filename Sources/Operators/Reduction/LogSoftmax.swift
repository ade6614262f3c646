package import GraphIR
import Plan

/// The logarithm of softmax, `y = x - ln Σ eˣ`, computed without overflow.
///
/// ```yaml
/// - log_softmax: { axis: 1 }
/// ```
package struct LogSoftmax: CompositeOperator, NetworkOperator {
  package static let name = "log_softmax"
  package static let summary = "x - ln Σ eˣ along an axis"
  package static let category = Category.reduction

  package var axis: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "the axis along which eʸ adds up to 1")
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
    [try logSoftmax(inputs[0], axis: axis, in: &graph)]
  }
}

func logSoftmax(_ x: Value, axis: Int, in graph: inout Graph) throws(Diagnostic) -> Value {
  let shifted = try shiftedToMaximum(x, axis: axis, in: &graph)
  let total = try graph.sum(graph.exp(shifted), axes: [axis], keepingAxes: true)
  return try graph.subtract(shifted, graph.log(total))
}
