package import GraphIR

/// Adam with decoupled weight decay: the parameter shrinks by `lr · weight_decay` before Adam's step.
///
/// ```yaml
/// optimizers:
///   d: { adamw: { lr: 2e-4, weight_decay: 0.01 }, update: [critic] }
/// ```
package struct AdamW: OptimizerOperator {
  package static let name = "adamw"
  package static let summary = "(1 - lr · weight_decay) · p - lr · m̂ / (√v̂ + eps)"

  private let update: AdamUpdate

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    var update = try AdamUpdate(readingFrom: &attributes, weightDecay: 0.01)
    update.isDecoupled = true
    self.update = update
  }

  package var attributes: [Attribute] { update.attributes }

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
