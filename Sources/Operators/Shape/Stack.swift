package import GraphIR

/// Puts tensors of one shape side by side along a new axis.
///
/// ```yaml
/// - stack: { from: "heads[*]", axis: 1 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x, … | N×C, all equal |
/// | y | N×(how many)×C |
package struct Stack: CompositeOperator, NetworkOperator {
  package static let name = "stack"
  package static let summary = "tensors side by side along a new axis"
  package static let category = Category.shape

  package var axis: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "where the new axis stands in the result")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package var arity: Arity { .atLeast(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else { throw Diagnostic(.partsDiffer(inputs)) }
    var type = try Unsqueeze(axis: axis).outputTypes([inputs[0]])[0]
    type.shape[axis < 0 ? axis + type.rank : axis] = inputs.count
    return [type]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    var parts = [Value]()
    for input in inputs { parts.append(try graph.apply(Unsqueeze(axis: axis), input)) }
    return [try graph.concat(parts, axis: axis)]
  }
}

extension Diagnostic.Message {
  fileprivate static func partsDiffer(_ inputs: [TensorType]) -> Self {
    """
    stack wants tensors of one type, got \
    \(inputs.map(\.description).joined(separator: ", "))
    """
  }
}
