package import GraphIR

/// Binary cross-entropy on logits, `l = ln(1 + eˣ) - x · target`, computed without overflow.
///
/// ```yaml
/// - loss: { as: d_loss, value: "bce(real, 1) + bce(fake, 0)" }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x (logits) | any |
/// | target (0 to 1), weight (optional) | any that broadcasts to x |
/// | y | scalar, or that of x with `reduction: none` |
///
/// A weight multiplies every element before the mean, which divides by the number of elements all the same.
package struct BinaryCrossEntropy: CompositeOperator, NetworkOperator {
  package static let name = "bce"
  package static let summary = "ln(1 + eˣ) - x · target, on logits"
  package static let category = Category.loss
  package static let ports = ["x", "target", "weight"]

  private let reduction: LossReduction

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    reduction = try LossReduction(readingFrom: &attributes)
  }

  package var attributes: [Attribute] { [reduction.attribute] }

  // MARK: Shape
  package var arity: Arity { .between(2, 3) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try reduction.outputTypes(inputs, for: name)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let agreement = try graph.multiply(inputs[0], inputs[1])
    var elements = try graph.subtract(graph.softplus(inputs[0]), agreement)
    if inputs.count == 3 { elements = try graph.multiply(elements, inputs[2]) }
    return [try reduction.apply(elements, in: &graph)]
  }
}
