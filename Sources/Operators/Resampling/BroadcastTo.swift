package import GraphIR
import Plan

/// Stretches x to a shape by NumPy's rule: shapes are aligned at the last axis, extent 1 stretches.
///
/// ```yaml
/// - broadcast_to: { shape: [batch, 128, 4, 4] }
/// ```
///
/// Its gradient is the sum over the stretched axes.
package struct BroadcastTo: ReadOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "broadcast_to"
  package static let summary = "x, stretched to a shape"
  package static let category = Category.resampling

  package var shape: [Int]

  // MARK: Attributes
  package init(_ shape: [Int]) { self.shape = shape }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents of the result, batch axis included")
  }

  package var attributes: [Attribute] { [Attribute("shape", .integers(shape))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireFloats(for: name)
    try requirePositive(shape, for: name)
    guard TensorType.broadcast(inputs[0].shape, shape) == shape else {
      throw Diagnostic(.cannotStretch(inputs[0], shape))
    }
    return [TensorType(inputs[0].element, shape)]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.reduce(gradient, to: graph.type(of: node.inputs[0]))]
  }

  // MARK: Lowering
  package func divisors(rank: Int) -> [Int] { [Int](repeating: 1, count: rank) }
}

extension Diagnostic.Message {
  fileprivate static func cannotStretch(_ type: TensorType, _ shape: [Int]) -> Self {
    "broadcast_to cannot stretch \(type) to \(shape); extents must be equal or 1"
  }
}
