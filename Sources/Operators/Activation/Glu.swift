package import GraphIR
import Plan

/// The gated linear unit `y = a · sigmoid(b)`, where a and b are the halves of x along an axis.
///
/// ```yaml
/// - glu:
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×2C×… |
/// | y | N×C×… |
package struct Glu: CompositeOperator, NetworkOperator {
  package static let name = "glu"
  package static let summary = "first half of x · sigmoid(second half)"
  package static let category = Category.activation

  package var axis: Int

  // MARK: Attributes
  package init(axis: Int = 1) { self.axis = axis }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "the axis that is halved")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var type = inputs[0]
    try type.requireFloats(for: name)
    let axis = try type.axis(axis, for: name)
    guard type.shape[axis].isMultiple(of: 2) else { throw Diagnostic(.oddExtent(type, axis)) }
    type.shape[axis] /= 2
    return [type]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let type = graph.type(of: inputs[0])
    let axis = try type.axis(axis, for: name)
    let half = type.shape[axis] / 2
    let content = try graph.slice(inputs[0], axis: axis, 0..<half)
    let gate = try graph.slice(inputs[0], axis: axis, half..<2 * half)
    return [try graph.multiply(content, graph.sigmoid(gate))]
  }
}

extension Diagnostic.Message {
  fileprivate static func oddExtent(_ type: TensorType, _ axis: Int) -> Self {
    "glu halves axis \(axis), whose extent must be even, got \(type.shape[axis]) in \(type)"
  }
}
