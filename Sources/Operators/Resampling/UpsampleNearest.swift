package import GraphIR
import Plan

/// Repeats pixels: `y[n,c,i,j] = x[n,c,⌊i/s⌋,⌊j/t⌋]` for the scales s and t.
///
/// ```yaml
/// - upsample_nearest: { scale: 2 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×C×sH×tW |
///
/// Its gradient is a sum pool with the same window and stride.
package struct UpsampleNearest: ReadOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "upsample_nearest"
  package static let summary = "x with every pixel repeated"
  package static let category = Category.resampling

  /// Vertical, horizontal.
  package var scale: [Int]

  // MARK: Attributes
  package init(scale: [Int]) { self.scale = scale }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    scale = try attributes.ints(
      "scale", counts: [2], default: [2, 2], "how often each pixel is repeated")
  }

  package var attributes: [Attribute] { [Attribute("scale", .integers(scale))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    guard scale.allSatisfy({ $0 > 0 }) else { throw Diagnostic(.scaleNotPositive(scale)) }
    var type = inputs[0]
    type.shape[2] *= scale[0]
    type.shape[3] *= scale[1]
    return [type]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.apply(SumPool(PoolWindow(kernel: scale)), gradient)]
  }

  // MARK: Lowering
  package func divisors(rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - scale.count) + scale
  }
}

extension Diagnostic.Message {
  fileprivate static func scaleNotPositive(_ scale: [Int]) -> Self {
    "upsample_nearest: 'scale' must be at least 1, got \(scale)"
  }
}
