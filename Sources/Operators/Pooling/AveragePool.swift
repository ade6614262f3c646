package import GraphIR
package import Plan

/// The mean over sliding windows; padding counts as zeros.
///
/// ```yaml
/// - avg_pool: { kernel: 2 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×C×H'×W', H' = ⌊(H + top + bottom - K) / s⌋ + 1 |
package struct AveragePool: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "avg_pool"
  package static let summary = "the mean over sliding windows"
  package static let category = Category.pooling

  package var window: PoolWindow

  // MARK: Attributes
  package init(_ window: PoolWindow) { self.window = window }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    window = try PoolWindow(readingFrom: &attributes)
  }

  package var attributes: [Attribute] { window.attributes }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [try window.outputType(inputs[0], for: name)]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let count = Double(window.kernel[0] * window.kernel[1])
    let share = try graph.multiply(gradient, 1 / count)
    return [try spread(share, over: node.inputs[0], window: window, in: &graph)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.pool(window.call(.average, context))]
  }
}

/// The adjoint of a sum pool of `image`: every window's value to all of its pixels.
///
/// Where windows do not overlap that is nearest-neighbour upsampling, which fusion turns into a mere way of reading.
func spread(
  _ gradient: Value, over image: Value, window: PoolWindow, in graph: inout Graph
) throws(Diagnostic) -> Value {
  let extent = Array(graph.shape(of: image)[2...])
  return window.tiles(extent)
    ? try graph.apply(UpsampleNearest(scale: window.kernel), gradient)
    : try graph.apply(SumPoolGradient(extent: extent, window: window), gradient)
}
