package import GraphIR
import Plan

/// Enlarges images by a whole factor, by repeating pixels or bilinearly.
///
/// ```yaml
/// - upsample: { scale: 2, mode: nearest }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×C×sH×sW |
package struct Upsample: CompositeOperator, NetworkOperator {
  package static let name = "upsample"
  package static let summary = "x enlarged by a whole factor"
  package static let category = Category.resampling

  package enum Mode: String, Sendable, CaseIterable { case nearest, bilinear }

  /// Vertical, horizontal.
  package var scale: [Int]
  package var mode: Mode
  package var alignsCorners: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    scale = try attributes.ints("scale", counts: [2], default: [2, 2], "the factor")
    let modes = Mode.allCases.map(\.rawValue)
    let name = try attributes.choice(
      "mode", among: modes, default: Mode.nearest.rawValue, "how new pixels are made")
    mode = Mode(rawValue: name) ?? .nearest
    alignsCorners = try attributes.bool(
      "align_corners", default: false, "bilinear: whether the corner pixels keep their places")
  }

  package var attributes: [Attribute] {
    [Attribute("scale", .integers(scale)), Attribute("mode", .text(mode.rawValue))]
      + (alignsCorners ? [Attribute("align_corners", .bool(true))] : [])
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try UpsampleNearest(scale: scale).outputTypes(inputs)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    switch mode {
    case .nearest: return [try graph.apply(UpsampleNearest(scale: scale), inputs[0])]
    case .bilinear:
      let shape = graph.shape(of: inputs[0])
      let extent = [shape[2] * scale[0], shape[3] * scale[1]]
      let resize = ResizeBilinear(to: extent, mode: alignsCorners ? .alignCorners : .halfPixel)
      return [try graph.apply(resize, inputs[0])]
    }
  }
}
