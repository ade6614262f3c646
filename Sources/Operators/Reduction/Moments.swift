package import GraphIR
package import Plan

/// Mean and biased variance over some axes, which stay with extent 1.
///
/// ```yaml
/// - moments: { as: statistics, axes: [0, 2, 3] }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | mean, variance | that of x with extent 1 on `axes` |
///
/// Gradient: `dx = dmean / n + dvariance · 2 (x - mean) / n`.
package struct Moments: KernelOperator, Differentiable, NetworkOperator {
  package static let name = "moments"
  package static let summary = "mean and biased variance over the axes"
  package static let category = Category.reduction

  private let over: ReductionAxes

  // MARK: Attributes
  package init(axes: [Int]) { over = ReductionAxes(axes, keepingAxes: true) }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    self.init(axes: try attributes.ints("axes", "the axes reduced over"))
  }

  package var attributes: [Attribute] { [Attribute("axes", .integers(over.given ?? []))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }
  package var outputNames: [String] { ["mean", "variance"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let type = try over.outputType(inputs[0], for: name)
    return [type, type]
  }

  package func axes(of input: TensorType) -> [Int] { over.axes(of: input) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [
      try momentsGradient(
        of: node.inputs[0], mean: node.outputs[0], meanGradient: gradients[0],
        varianceGradient: gradients[1], in: &graph)
    ]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .moments(
        MomentsCall(
          source: context.input(0), mean: context.output(0), variance: context.output(1),
          axes: axes(of: context.inputs[0])))
    ]
  }
}

/// The gradient of x from those of its mean and its biased variance, which have extent 1 on the reduced axes.
func momentsGradient(
  of x: Value, mean: Value, meanGradient: Value?, varianceGradient: Value?, in graph: inout Graph
) throws(Diagnostic) -> Value? {
  let type = graph.type(of: x)
  let count = Double(type.count / graph.type(of: mean).count)
  var total: Value?
  if let meanGradient {
    let share = try graph.multiply(meanGradient, 1 / count)
    total = try graph.broadcast(share, to: type.shape)
  }
  if let varianceGradient {
    let factor = try graph.multiply(varianceGradient, 2 / count)
    let part = try graph.multiply(graph.subtract(x, mean), factor)
    total = try graph.addIfPresent(total, part)
  }
  return total
}
