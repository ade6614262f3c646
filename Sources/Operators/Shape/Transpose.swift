package import GraphIR
package import Plan

/// Reorders the axes: axis i of the result is axis `axes[i]` of x.
///
/// ```yaml
/// - transpose: { axes: [0, 2, 1] }
/// ```
///
/// Its gradient is the inverse reordering.
package struct Transpose: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "transpose"
  package static let summary = "x with its axes reordered"
  package static let category = Category.shape

  package let axes: [Int]

  // MARK: Attributes
  package init(axes: [Int]) { self.axes = axes }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axes = try attributes.ints("axes", "for every axis of the result, which of x's it is")
  }

  package var attributes: [Attribute] { [Attribute("axes", .integers(axes))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let order = order(rank: inputs[0].rank)
    guard order.sorted() == Array(0..<inputs[0].rank) else {
      throw Diagnostic(.notAPermutation(axes, inputs[0]))
    }
    return [TensorType(inputs[0].element, order.map { inputs[0].shape[$0] })]
  }

  private func order(rank: Int) -> [Int] { axes.map { $0 < 0 ? $0 + rank : $0 } }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let order = order(rank: graph.type(of: gradient).rank)
    let inverse = order.indices.sorted { order[$0] < order[$1] }
    return [try graph.transpose(gradient, axes: inverse)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let output = context.outputs[0]
    return [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: output.shape,
          sourceStrides: order(rank: output.rank).map { context.strides[0][$0] }, sourceOffset: 0,
          targetStrides: context.strides[1], targetOffset: 0))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func notAPermutation(_ axes: [Int], _ input: TensorType) -> Self {
    "transpose: 'axes' must name every axis of \(input) once, got \(axes)"
  }
}
