package import GraphIR
package import Plan

/// The least element over some axes, or over all.
///
/// ```yaml
/// - amin: { axes: [1] }
/// ```
///
/// The gradient is shared equally among the elements that reach the minimum.
package struct Amin: ReductionOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "amin"
  package static let summary = "the least element over the axes"
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

  package func axes(of input: TensorType) -> [Int] { over.axes(of: input) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try extremumGradient(of: node, over: over, from: gradient, in: &graph)]
  }

  // MARK: Lowering
  package var kind: TileReduction.Kind { .min }
}
