package import GraphIR

/// The absolute error, `l = |x - target|`.
///
/// ```yaml
/// - loss: { as: cycle, value: "l1(rebuilt, x)" }
/// ```
///
/// Shapes as for `bce`, without a weight.
package struct AbsoluteError: CompositeOperator, NetworkOperator {
  package static let name = "l1"
  package static let summary = "|x - target|"
  package static let category = Category.loss
  package static let ports = ["x", "target"]

  private let reduction: LossReduction

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    reduction = try LossReduction(readingFrom: &attributes)
  }

  package var attributes: [Attribute] { [reduction.attribute] }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try reduction.outputTypes(inputs, for: name)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let elements = try graph.apply(Absolute(), graph.subtract(inputs[0], inputs[1]))
    return [try reduction.apply(elements, in: &graph)]
  }
}
