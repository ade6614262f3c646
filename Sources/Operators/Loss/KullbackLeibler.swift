package import GraphIR

/// The divergence of a normal distribution from N(0, 1), per dimension.
///
/// ```yaml
/// - loss: { as: regularizer, value: "2.0 * kl(ca.mu, ca.logvar)" }
/// - kl: { from: [mu, log_sigma], scale: log_sigma }
/// ```
///
/// With s = logvar (`scale: log_variance`) or 2·log_sigma (`scale: log_sigma`): `l = ½ (μ² + eˢ - 1 - s)`.
///
/// | value | shape |
/// |---|---|
/// | mu, logvar | any, equal |
/// | y | scalar, the mean over batch and dimensions, or that of mu with `reduction: none` |
package struct KullbackLeibler: CompositeOperator, NetworkOperator {
  package static let name = "kl"
  package static let summary = "½ (μ² + σ² - 1 - ln σ²)"
  package static let category = Category.loss
  package static let ports = ["mu", "logvar"]

  private let takesLogSigma: Bool
  private let reduction: LossReduction

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let scale = try attributes.choice(
      "scale", among: ["log_variance", "log_sigma"], default: "log_variance",
      "what the second input is")
    takesLogSigma = scale == "log_sigma"
    reduction = try LossReduction(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [
      Attribute("scale", .text(takesLogSigma ? "log_sigma" : "log_variance")),
      reduction.attribute,
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try reduction.outputTypes(inputs, for: name)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let logarithm = takesLogSigma ? try graph.multiply(inputs[1], 2) : inputs[1]
    let spread = try graph.add(graph.square(inputs[0]), graph.exp(logarithm))
    let divergence = try graph.subtract(graph.add(spread, -1), logarithm)
    return [try reduction.apply(graph.multiply(divergence, 0.5), in: &graph)]
  }
}
