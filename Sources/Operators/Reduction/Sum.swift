package import GraphIR
package import Plan

/// The sum over some axes, or over all.
///
/// ```yaml
/// - sum: { axes: [2, 3], keepdims: true }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | y | that of x without `axes`, or with extent 1 there |
package struct Sum: ReductionOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sum"
  package static let summary = "Σ x over the axes"
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
    [try over.stretch(gradient, to: graph.type(of: node.inputs[0]), in: &graph)]
  }

  // MARK: Lowering
  package var kind: TileReduction.Kind { .sum }
}
