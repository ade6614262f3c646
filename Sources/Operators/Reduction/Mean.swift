package import GraphIR

/// The mean over some axes, or over all.
///
/// ```yaml
/// - mean: { axes: [2, 3] }
/// ```
///
/// Shapes as for `sum`.
package struct Mean: CompositeOperator, NetworkOperator {
  package static let name = "mean"
  package static let summary = "Σ x / n over the axes"
  package static let category = Category.reduction

  private let over: ReductionAxes

  // MARK: Attributes
  package init(axes: [Int]? = nil, keepingAxes: Bool = false) {
    over = ReductionAxes(axes, keepingAxes: keepingAxes)
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    over = try ReductionAxes(&attributes)
  }

  package var attributes: [Attribute] { over.attributes }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [try over.outputType(inputs[0], for: name)]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    [try graph.mean(inputs[0], axes: over.given, keepingAxes: over.keepingAxes)]
  }
}
