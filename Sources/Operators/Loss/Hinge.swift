package import GraphIR

/// The hinge loss of adversarial training.
///
/// ```yaml
/// - loss: { as: d_loss, value: "hinge(real, 1) + hinge(fake, 0)" }
/// - hinge: { as: g_loss, from: judged, form: generator }
/// ```
///
/// `form: discriminator` takes targets of 1 (real) and 0 (fake): `l = max(0, 1 - (2·target - 1) · x)`.
/// `form: generator` takes x alone: `l = -x`.
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | target | any that broadcasts to x |
/// | y | scalar, or that of x with `reduction: none` |
package struct Hinge: CompositeOperator, NetworkOperator {
  package static let name = "hinge"
  package static let summary = "max(0, 1 - (2·target - 1) · x), or -x for a generator"
  package static let category = Category.loss
  package static let ports = ["x", "target"]

  private let isForGenerator: Bool
  private let reduction: LossReduction

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let form = try attributes.choice(
      "form", among: ["discriminator", "generator"], default: "discriminator", "whose loss it is")
    isForGenerator = form == "generator"
    reduction = try LossReduction(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [
      Attribute("form", .text(isForGenerator ? "generator" : "discriminator")),
      reduction.attribute,
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(isForGenerator ? 1 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try reduction.outputTypes(inputs, for: name)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    guard !isForGenerator else {
      return [try reduction.apply(graph.negate(inputs[0]), in: &graph)]
    }
    let side = try graph.add(graph.multiply(inputs[1], 2), -1)
    let margin = try graph.subtract(graph.constant(1), graph.multiply(side, inputs[0]))
    return [try reduction.apply(graph.relu(margin), in: &graph)]
  }
}
