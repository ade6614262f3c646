package import GraphIR

/// Adam: steps by the mean of gradients over the root of their mean square, both corrected for their start at zero.
///
/// ```yaml
/// optimizers:
///   d: { adam: { lr: 2e-4, betas: [0.5, 0.999] }, update: [critic] }
/// ```
///
/// `m = β₁m + (1-β₁)g`, `v = β₂v + (1-β₂)g²`, `p -= lr · m̂ / (√v̂ + eps)` with m̂ = m / (1-β₁ᵗ) and v̂ = v / (1-β₂ᵗ).
/// `epsilon: hat` adds eps to √v before it is corrected. `weight_decay` adds its multiple of p to g. With β₁ = 0 no m
/// is kept.
package struct Adam: OptimizerOperator {
  package static let name = "adam"
  package static let summary = "p - lr · m̂ / (√v̂ + eps)"

  private let update: AdamUpdate

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    var update = try AdamUpdate(readingFrom: &attributes, weightDecay: 0)
    update.isDecoupled = try attributes.bool(
      "decoupled", default: false, "whether the decay shrinks the parameter, not the gradient")
    self.update = update
  }

  package var attributes: [Attribute] {
    update.attributes + [Attribute("decoupled", .bool(update.isDecoupled))]
  }

  package func slots(for parameter: TensorType) -> [ParameterDeclaration] {
    update.slots(for: parameter)
  }

  // MARK: Shape
  package var arity: Arity { .exactly(update.keepsMean ? 6 : 5) }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    try update.expand(inputs, in: &graph)
  }
}
