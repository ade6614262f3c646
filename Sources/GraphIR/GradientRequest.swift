/// Asks for the gradient of a scalar with respect to some values; one pass expands it into ordinary nodes.
///
/// Inputs: the scalar, then the values. Outputs: one gradient a value, of its type. `minimize` and `gradient` in YAML
/// both become this, so that second-order gradients are the same pass run on its own output.
package struct GradientRequest: Operator {
  package static let name = "gradient"

  package init() {}
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {}

  package var arity: Arity { .atLeast(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs[0].count == 1 else { throw Diagnostic(.notScalar(inputs[0])) }
    return Array(inputs.dropFirst())
  }
}

extension Diagnostic.Message {
  fileprivate static func notScalar(_ type: TensorType) -> Self {
    "only a scalar has a gradient, got \(type); reduce it with sum(…) or mean(…)"
  }
}
