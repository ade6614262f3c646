package import GraphIR
package import Plan

/// Resizes images bilinearly, without antialiasing.
///
/// ```yaml
/// - resize_bilinear: { to: [64, 64], mode: half_pixel }
/// ```
///
/// A target place t reads the source at `(t + ½)·scale - ½` (`half_pixel`, PyTorch), at `t·(in - 1)/(out - 1)`
/// (`align_corners`) or at `t·scale` (`legacy`, TensorFlow 1), where scale = in / out.
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | y | N×C×`to` |
package struct ResizeBilinear: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "resize_bilinear"
  package static let summary = "x at another size, interpolated linearly"
  package static let category = Category.resampling

  package var extent: [Int]
  package var mode: BilinearCall.Mode

  // MARK: Attributes
  package init(to extent: [Int], mode: BilinearCall.Mode) {
    self.extent = extent
    self.mode = mode
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    extent = try attributes.ints("to", counts: [2], "height and width of the result")
    mode = try BilinearCall.Mode(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [Attribute("to", .integers(extent)), Attribute("mode", .text(mode.name))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try resizedType(inputs[0], to: extent, for: name)
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let extent = Array(graph.shape(of: node.inputs[0])[2...])
    return [try graph.apply(ResizeBilinearGradient(to: extent, mode: mode), gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.bilinear(BilinearCall(source: context.input(0), target: context.output(0), mode: mode))]
  }
}

/// The adjoint of `resize_bilinear`: spreads every pixel over those that it was interpolated from.
///
/// | value | shape |
/// |---|---|
/// | dy | N×C×H×W |
/// | dx | N×C×`to` |
package struct ResizeBilinearGradient: KernelOperator, SingleOutputDifferentiable {
  package static let name = "resize_bilinear_gradient"

  package var extent: [Int]
  package var mode: BilinearCall.Mode

  // MARK: Attributes
  package init(to extent: [Int], mode: BilinearCall.Mode) {
    self.extent = extent
    self.mode = mode
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    extent = try attributes.ints("to", counts: [2], "height and width of the resized tensor")
    mode = try BilinearCall.Mode(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [Attribute("to", .integers(extent)), Attribute("mode", .text(mode.name))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try resizedType(inputs[0], to: extent, for: name)
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let extent = Array(graph.shape(of: node.inputs[0])[2...])
    return [try graph.apply(ResizeBilinear(to: extent, mode: mode), gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .bilinearGradient(
        BilinearCall(source: context.input(0), target: context.output(0), mode: mode))
    ]
  }
}

private func resizedType(
  _ input: TensorType, to extent: [Int], for name: String
) throws(Diagnostic) -> [TensorType] {
  try input.requireImages(for: name)
  try requirePositive(extent, for: name)
  return [TensorType(input.element, [input.shape[0], input.shape[1]] + extent)]
}

extension BilinearCall.Mode {
  fileprivate static let names: [(mode: Self, name: String)] = [
    (.halfPixel, "half_pixel"), (.alignCorners, "align_corners"), (.legacy, "legacy"),
  ]

  fileprivate var name: String { Self.names.first { $0.mode == self }?.name ?? rawValue }

  fileprivate init(readingFrom attributes: inout AttributeReader) throws(Diagnostic) {
    let text = try attributes.choice(
      "mode", among: Self.names.map(\.name), default: "half_pixel", "where a pixel reads")
    self = Self.names.first { $0.name == text }?.mode ?? .halfPixel
  }
}
