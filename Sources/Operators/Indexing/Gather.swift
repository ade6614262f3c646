package import GraphIR
package import Plan

/// Picks by index: rows of a table (`axis: 0`), or one entry of every sample (`axis: 1`).
///
/// ```yaml
/// - gather: { from: [heads, label], axis: 1 }
/// ```
///
/// | value | shape for axis 0 | for axis 1 |
/// |---|---|---|
/// | x | V×… | N×D×… |
/// | index (i64) | N | N |
/// | y | N×…, y[n] = x[index[n]] | N×…, y[n] = x[n, index[n]] |
package struct Gather: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "gather"
  package static let summary = "x[index[n]] (axis 0) or x[n, index[n]] (axis 1)"
  package static let category = Category.indexing
  package static let ports = ["x", "index"]

  package var axis: Int

  // MARK: Attributes
  package init(axis: Int) { self.axis = axis }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try gatherAxis(&attributes, for: Self.name)
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (x, index) = (inputs[0], inputs[1])
    try x.requireFloats(for: name)
    guard x.rank > axis, index.rank == 1, index.element == .int64,
      axis == 0 || index.shape[0] == x.shape[0]
    else { throw Diagnostic(.wrongInputs(name, x, index, axis: axis)) }
    return [TensorType(.float32, index.shape + x.shape.dropFirst(axis + 1))]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let adjoint = ScatterAdd(axis: axis, extent: graph.shape(of: node.inputs[0])[axis])
    return [try graph.apply(adjoint, gradient, node.inputs[1]), nil]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .gather(
        GatherCall(
          source: context.input(0), index: context.input(1), target: context.output(0),
          batched: axis == 1))
    ]
  }
}

/// The adjoint of `gather`: adds rows to the places that they came from, zeros elsewhere.
///
/// | value | shape for axis 0 | for axis 1 |
/// |---|---|---|
/// | dy | N×… | N×… |
/// | index (i64) | N | N |
/// | dx | `extent`×… | N×`extent`×… |
package struct ScatterAdd: KernelOperator, SingleOutputDifferentiable {
  package static let name = "scatter_add"

  package var axis: Int
  /// The extent of the indexed axis.
  package var extent: Int

  // MARK: Attributes
  package init(axis: Int, extent: Int) {
    self.axis = axis
    self.extent = extent
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try gatherAxis(&attributes, for: Self.name)
    extent = try attributes.int("extent", "the extent of the indexed axis")
  }

  package var attributes: [Attribute] {
    [Attribute("axis", .integer(axis)), Attribute("extent", .integer(extent))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (rows, index) = (inputs[0], inputs[1])
    try rows.requireFloats(for: name)
    guard rows.rank > 0, extent > 0, index == TensorType(.int64, Array(rows.shape.prefix(1))) else {
      throw Diagnostic(.wrongInputs(name, rows, index, axis: axis))
    }
    return [TensorType(.float32, rows.shape.prefix(axis) + [extent] + rows.shape.dropFirst())]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.apply(Gather(axis: axis), gradient, node.inputs[1]), nil]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .scatterAdd(
        GatherCall(
          source: context.input(0), index: context.input(1), target: context.output(0),
          batched: axis == 1))
    ]
  }
}

private func gatherAxis(
  _ attributes: inout AttributeReader, for name: String
) throws(Diagnostic) -> Int {
  let axis = try attributes.int("axis", default: 0, "0: rows of a table; 1: an entry a sample")
  guard 0...1 ~= axis else { throw Diagnostic(.wrongAxis(name, axis)) }
  return axis
}

extension Diagnostic.Message {
  fileprivate static func wrongAxis(_ name: String, _ axis: Int) -> Self {
    "\(name): 'axis' must be 0 (rows of a table) or 1 (an entry of every sample), got \(axis)"
  }

  fileprivate static func wrongInputs(
    _ name: String, _ x: TensorType, _ index: TensorType, axis: Int
  ) -> Self {
    """
    \(name) along axis \(axis) wants a tensor of rank \(axis + 1) or more and one i64 index a \
    sample, got \(x) and \(index)
    """
  }
}
