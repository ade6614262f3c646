package import GraphIR
import Plan

/// The mean of every image's channel.
///
/// ```yaml
/// - global_avg_pool:
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×C×1×1, or N×C with `keepdims: false` |
package struct GlobalAveragePool: CompositeOperator, NetworkOperator {
  package static let name = "global_avg_pool"
  package static let summary = "the mean over height and width"
  package static let category = Category.pooling

  private let keepsAxes: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    keepsAxes = try attributes.bool(
      "keepdims", default: true, "whether height and width stay, with extent 1")
  }

  package var attributes: [Attribute] { [Attribute("keepdims", .bool(keepsAxes))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    return [TensorType(.float32, inputs[0].shape.prefix(2) + (keepsAxes ? [1, 1] : []))]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    [try graph.mean(inputs[0], axes: [2, 3], keepingAxes: keepsAxes)]
  }
}
