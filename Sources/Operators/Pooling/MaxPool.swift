package import GraphIR
package import Plan

/// The greatest pixel of sliding windows, and where it was.
///
/// ```yaml
/// - max_pool: { kernel: 3, stride: 2, padding: 1 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y, indices (i64) | N×C×H'×W' |
///
/// Its gradient goes to the greatest pixel, the first of equals.
package struct MaxPool: KernelOperator, Differentiable, NetworkOperator {
  package static let name = "max_pool"
  package static let summary = "the greatest pixel of sliding windows"
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
  package var outputNames: [String] { ["y", "indices"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let output = try window.outputType(inputs[0], for: name)
    return [output, TensorType(.int64, output.shape)]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    guard let gradient = gradients[0] else { return [nil] }
    let extent = Array(graph.shape(of: node.inputs[0])[2...])
    let scatter = MaxPoolScatter(extent: extent, window: window)
    return [try graph.apply(scatter, gradient, node.outputs[1])]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.pool(window.call(.max, context, indices: context.output(1)))]
  }
}

/// Adds every pooled value to the pixel that was greatest: the gradient of `max_pool`.
///
/// | value | shape |
/// |---|---|
/// | dy, indices (i64) | N×C×H'×W' |
/// | dx | N×C×`extent` |
package struct MaxPoolScatter: KernelOperator, SingleOutputDifferentiable {
  package static let name = "max_pool_scatter"

  package var extent: [Int]
  package var window: PoolWindow

  // MARK: Attributes
  package init(extent: [Int], window: PoolWindow) {
    self.extent = extent
    self.window = window
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    extent = try attributes.ints("extent", counts: [2], "height and width of the pooled images")
    window = try PoolWindow(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [Attribute("extent", .integers(extent))] + window.attributes
  }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    let image = TensorType(.float32, inputs[0].shape.prefix(2) + extent)
    try requireMoves(pooled: inputs[0], indices: inputs[1], image: image, window, for: name)
    return [image]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.apply(MaxPoolGather(window), gradient, node.inputs[1]), nil]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.maxPoolScatter(window.call(.max, context, indices: context.input(1)))]
  }
}

/// Picks from every window the pixel that was greatest: the gradient of `max_pool_scatter`.
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | indices (i64), y | N×C×H'×W' |
package struct MaxPoolGather: KernelOperator, SingleOutputDifferentiable {
  package static let name = "max_pool_gather"

  package var window: PoolWindow

  // MARK: Attributes
  package init(_ window: PoolWindow) { self.window = window }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    window = try PoolWindow(readingFrom: &attributes)
  }

  package var attributes: [Attribute] { window.attributes }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let output = try window.outputType(inputs[0], for: name)
    try requireMoves(pooled: output, indices: inputs[1], image: inputs[0], window, for: name)
    return [output]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let extent = Array(graph.shape(of: node.inputs[0])[2...])
    let scatter = MaxPoolScatter(extent: extent, window: window)
    return [try graph.apply(scatter, gradient, node.inputs[1]), nil]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.maxPoolGather(window.call(.max, context, indices: context.input(1)))]
  }
}

/// Fails unless a pool of `image` has the type of `pooled` and the indices its shape.
private func requireMoves(
  pooled: TensorType, indices: TensorType, image: TensorType, _ window: PoolWindow,
  for name: String
) throws(Diagnostic) {
  let wanted = try window.outputType(image, for: name)
  guard pooled == wanted, indices == TensorType(.int64, wanted.shape) else {
    throw Diagnostic(.wrongMove(name, pooled, indices, wanted))
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongMove(
    _ name: String, _ pooled: TensorType, _ indices: TensorType, _ wanted: TensorType
  ) -> Self {
    """
    \(name) wants values \(wanted) and indices \(TensorType(.int64, wanted.shape)), got \(pooled) \
    and \(indices)
    """
  }
}
