package import GraphIR
package import Plan

/// The sum over sliding windows.
///
/// ```yaml
/// - sum_pool: { kernel: 2 }
/// ```
///
/// Shapes as for `avg_pool`. It is the gradient of nearest-neighbour upsampling.
package struct SumPool: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "sum_pool"
  package static let summary = "the sum over sliding windows"
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
    [try spread(gradient, over: node.inputs[0], window: window, in: &graph)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.pool(window.call(.sum, context))]
  }
}

/// The adjoint of `sum_pool`: every pixel gets the sum of the windows that it lies in.
///
/// | value | shape |
/// |---|---|
/// | dy | N×C×H'×W' |
/// | dx | N×C×`extent` |
package struct SumPoolGradient: KernelOperator, SingleOutputDifferentiable {
  package static let name = "sum_pool_gradient"

  /// Height and width of dx.
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
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    let image = TensorType(.float32, inputs[0].shape.prefix(2) + extent)
    let pooled = try window.outputType(image, for: name)
    guard pooled == inputs[0] else { throw Diagnostic(.wrongGradient(inputs[0], pooled)) }
    return [image]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.apply(SumPool(window), gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.averagePoolGradient(window.call(.sum, context))]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongGradient(_ gradient: TensorType, _ wanted: TensorType) -> Self {
    "sum_pool_gradient: the output's gradient must be \(wanted), got \(gradient)"
  }
}
