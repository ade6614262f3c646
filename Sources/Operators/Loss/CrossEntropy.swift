package import GraphIR
import Plan

/// Cross-entropy of class logits, `l[n] = ln Σ exp(x[n]) - x[n, label[n]]`.
///
/// ```yaml
/// - loss: { as: classify, value: "cross_entropy(logits, label)" }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x (logits) | N×K |
/// | label (i64) | N |
/// | y | scalar, or N with `reduction: none` |
package struct CrossEntropy: CompositeOperator, NetworkOperator {
  package static let name = "cross_entropy"
  package static let summary = "ln Σ eˣ - x[label], on logits"
  package static let category = Category.loss
  package static let ports = ["x", "label"]

  private let reduction: LossReduction

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    reduction = try LossReduction(readingFrom: &attributes)
  }

  package var attributes: [Attribute] { [reduction.attribute] }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (logits, label) = (inputs[0], inputs[1])
    guard logits.rank == 2, logits.element == .float32,
      label == TensorType(.int64, [logits.shape[0]])
    else { throw Diagnostic(.wrongInputs(logits, label)) }
    return [reduction.outputType(TensorType(.float32, label.shape))]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let logarithms = try logSoftmax(inputs[0], axis: 1, in: &graph)
    let picked = try graph.apply(Gather(axis: 1), logarithms, inputs[1])
    return [try reduction.apply(graph.negate(picked), in: &graph)]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongInputs(_ logits: TensorType, _ label: TensorType) -> Self {
    "cross_entropy wants logits f32[N×K] and labels i64[N], got \(logits) and \(label)"
  }
}
