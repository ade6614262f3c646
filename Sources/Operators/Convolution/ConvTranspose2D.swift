package import GraphIR
import Plan

/// Transposed convolution: the input gradient of a convolution, used forward to enlarge images.
///
/// ```yaml
/// - conv_transpose2d: { channels: 64, kernel: 4, stride: 2, padding: 1 }
/// - conv_transpose2d: { channels: 64, kernel: 5, stride: 2, padding: same }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | weight | C×(O/groups)×K×L |
/// | bias | O |
/// | y | N×O×H'×W', H' = (H - 1)·s - top - bottom + d·(K - 1) + 1 + output_padding; s·H for `same` |
package struct ConvTranspose2D: CompositeOperator, NetworkOperator {
  package static let name = "conv_transpose2d"
  package static let summary = "the adjoint of conv2d, plus b[o]"
  package static let category = Category.convolution

  package var channels: Int
  package var kernel: [Int]
  package var window: ConvolutionWindow
  package var outputPadding: [Int]
  package var hasBias: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    channels = try attributes.int("channels", "how many channels the result has")
    kernel = try attributes.ints("kernel", counts: [2], "height and width of the kernel")
    window = try ConvolutionWindow(readingFrom: &attributes)
    outputPadding = try attributes.ints(
      "output_padding", counts: [2], default: [0, 0], "rows and columns added at the end")
    hasBias = try attributes.bool("bias", default: true, "whether a number is added per channel")
    guard channels > 0, kernel.allSatisfy(ConvolutionWindow.kernelExtents.contains) else {
      throw Diagnostic(.noKernel(channels: channels, kernel: kernel))
    }
    for axis in 0..<2 where !(0..<window.stride[axis] ~= outputPadding[axis]) {
      throw Diagnostic(.outputPaddingTooLarge(outputPadding, stride: window.stride))
    }
    guard channels.isMultiple(of: window.groups) else {
      throw Diagnostic(.groupsDoNotDivide(window.groups, channels))
    }
  }

  package var attributes: [Attribute] {
    [Attribute("channels", .integer(channels)), Attribute("kernel", .integers(kernel))]
      + window.attributes
      + [
        Attribute("output_padding", .integers(outputPadding)), Attribute("bias", .bool(hasBias)),
      ]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    try inputs[0].requireImages(for: name)
    let taps = kernel[0] * kernel[1]
    // PyTorch takes the fan-in from the weight's second axis, which is the output here; so do we.
    let fanIn = channels / window.groups * taps
    let fanOut = inputs[0].shape[1] * taps
    let weight = ParameterDeclaration(
      "weight", [inputs[0].shape[1], channels / window.groups] + kernel,
      initializer: .uniform(fanIn: fanIn), fanIn: fanIn, fanOut: fanOut)
    let bias = ParameterDeclaration(
      "bias", [channels], initializer: .uniform(fanIn: fanIn), fanIn: fanIn, fanOut: fanOut)
    return hasBias ? [weight, bias] : [weight]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(hasBias ? 3 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    return try adjoint(of: inputs[0]).outputTypes(inputs)
  }

  /// Height and width of the result.
  private func extent(of image: TensorType) -> [Int] {
    let reach = window.reach(kernel: kernel)
    return (0..<2).map { axis in
      let input = image.shape[axis + 2]
      guard case .explicit(let sides) = window.padding else { return input * window.stride[axis] }
      let grown = (input - 1) * window.stride[axis] + reach[axis] + outputPadding[axis]
      return grown - sides[axis] - sides[axis + 2]
    }
  }

  private func adjoint(of image: TensorType) throws(Diagnostic) -> Conv2DInputGradient {
    let extent = extent(of: image)
    guard extent.allSatisfy({ $0 > 0 }) else { throw Diagnostic(.nothingLeft(image, extent)) }
    return Conv2DInputGradient(
      extent: extent, window: window.resolved(input: extent, kernel: kernel), hasBias: hasBias)
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    try graph.append(adjoint(of: graph.type(of: inputs[0])), inputs)
  }
}

extension Diagnostic.Message {
  fileprivate static func noKernel(channels: Int, kernel: [Int]) -> Self {
    """
    conv_transpose2d: 'channels' must be at least 1 and 'kernel' \(ConvolutionWindow.kernelExtents.lowerBound) to \
    \(ConvolutionWindow.kernelExtents.upperBound), got \(channels) and \(kernel)
    """
  }

  fileprivate static func outputPaddingTooLarge(_ padding: [Int], stride: [Int]) -> Self {
    """
    conv_transpose2d: 'output_padding' must be at least 0 and less than 'stride' \(stride), got \
    \(padding)
    """
  }

  fileprivate static func groupsDoNotDivide(_ groups: Int, _ channels: Int) -> Self {
    "conv_transpose2d: \(groups) groups do not divide \(channels) output channels"
  }

  fileprivate static func nothingLeft(_ image: TensorType, _ extent: [Int]) -> Self {
    """
    conv_transpose2d: the padding leaves nothing of \(image); the result would be \
    \(extent[0])×\(extent[1])
    """
  }
}
