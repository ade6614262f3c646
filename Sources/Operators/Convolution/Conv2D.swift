package import GraphIR
package import Plan

/// 2-D convolution, `y[n,o,i,j] = b[o] + Σ w[o,c,k,l] · x[n,c,s·i + d·k - p, s·j + d·l - p]`.
///
/// ```yaml
/// - conv2d: { channels: 64, kernel: 4, stride: 2, padding: 1, bias: false }
/// - conv2d: { channels: 64, kernel: 5, stride: 2, padding: same }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | weight | O×(C/groups)×K×L |
/// | bias | O |
/// | y | N×O×H'×W', H' = ⌊(H + top + bottom - d·(K - 1) - 1) / s⌋ + 1 |
///
/// The convolution, its input gradient and its weight gradient are bilinear, and each one's gradient rule consists of
/// the other two.
package struct Conv2D: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "conv2d"
  package static let summary = "Σ w[o,c,k,l] · x[n,c,s·i+d·k-p,s·j+d·l-p] + b[o]"
  package static let category = Category.convolution

  package var channels: Int
  package var kernel: [Int]
  package var window: ConvolutionWindow
  /// Whether there is a third input, one number an output channel.
  package var hasBias: Bool
  /// What fusion lets the kernel apply to its result.
  package var activation: ConvolutionCall.Activation
  package var algorithm = ConvolutionAlgorithm.direct

  // MARK: Attributes
  package init(
    channels: Int, kernel: [Int], window: ConvolutionWindow = ConvolutionWindow(),
    hasBias: Bool = false, activation: ConvolutionCall.Activation = .identity
  ) {
    self.channels = channels
    self.kernel = kernel
    self.window = window
    self.hasBias = hasBias
    self.activation = activation
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    channels = try attributes.int("channels", "how many channels the result has")
    kernel = try attributes.ints("kernel", counts: [2], "height and width of the kernel")
    window = try ConvolutionWindow(readingFrom: &attributes)
    hasBias = try attributes.bool("bias", default: true, "whether a number is added per channel")
    activation = try ConvolutionCall.Activation(readingFrom: &attributes)
    algorithm = try ConvolutionAlgorithm(readingFrom: &attributes)
    guard channels > 0, kernel.allSatisfy(ConvolutionWindow.kernelExtents.contains) else {
      throw Diagnostic(.noKernel(channels: channels, kernel: kernel))
    }
  }

  package var attributes: [Attribute] {
    [Attribute("channels", .integer(channels)), Attribute("kernel", .integers(kernel))]
      + window.attributes + [Attribute("bias", .bool(hasBias))] + activation.attributes
      + algorithm.attributes
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    try inputs[0].requireImages(for: name)
    guard inputs[0].shape[1].isMultiple(of: window.groups) else {
      throw Diagnostic(.groupsDoNotDivide(window.groups, inputs[0]))
    }
    let taps = kernel[0] * kernel[1]
    let inputsPerGroup = inputs[0].shape[1] / window.groups
    let (fanIn, fanOut) = (inputsPerGroup * taps, channels * taps)
    let weight = ParameterDeclaration(
      "weight", [channels, inputsPerGroup] + kernel, initializer: .uniform(fanIn: fanIn),
      fanIn: fanIn, fanOut: fanOut)
    let bias = ParameterDeclaration(
      "bias", [channels], initializer: .uniform(fanIn: fanIn), fanIn: fanIn, fanOut: fanOut)
    return hasBias ? [weight, bias] : [weight]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(hasBias ? 3 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let output = try window.outputType(image: inputs[0], weight: inputs[1], for: name)
    guard inputs[1].shape[0] == channels, Array(inputs[1].shape[2...]) == kernel else {
      throw Diagnostic(.wrongWeight(inputs[1], channels: channels, kernel: kernel))
    }
    guard !hasBias || inputs[2].shape == [channels] else {
      throw Diagnostic(.wrongBias(inputs[2], channels: channels))
    }
    return [output]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    try activation.requireNone(for: name)
    let (x, weight) = (node.inputs[0], node.inputs[1])
    let extent = Array(graph.shape(of: x)[2...])
    let resolved = window.resolved(input: extent, kernel: kernel)
    let toX = try graph.apply(
      Conv2DInputGradient(extent: extent, window: resolved), gradient, weight)
    let toWeight = try graph.apply(
      Conv2DWeightGradient(kernel: kernel, window: resolved), x, gradient)
    guard hasBias else { return [toX, toWeight] }
    return [toX, toWeight, try graph.sum(gradient, axes: [0, 2, 3])]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let sides = window.sides(input: Array(context.inputs[0].shape[2...]), kernel: kernel)
    return [
      .convolution(
        ConvolutionCall(
          source: context.input(0), weight: context.input(1),
          bias: hasBias ? context.input(2) : nil, target: context.output(0), stride: window.stride,
          padding: sides, dilation: window.dilation, groups: window.groups,
          activation: activation,
          algorithm: algorithm))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func noKernel(channels: Int, kernel: [Int]) -> Self {
    """
    conv2d: 'channels' must be at least 1 and 'kernel' \(ConvolutionWindow.kernelExtents.lowerBound) to \
    \(ConvolutionWindow.kernelExtents.upperBound), got \(channels) and \(kernel)
    """
  }

  fileprivate static func groupsDoNotDivide(_ groups: Int, _ image: TensorType) -> Self {
    "conv2d: \(groups) groups do not divide the \(image.shape[1]) channels of \(image)"
  }

  fileprivate static func wrongWeight(
    _ weight: TensorType, channels: Int, kernel: [Int]
  ) -> Self {
    """
    conv2d: the weight is \(weight), but 'channels' is \(channels) and 'kernel' is \
    \(kernel[0])×\(kernel[1])
    """
  }

  fileprivate static func wrongBias(_ bias: TensorType, channels: Int) -> Self {
    "conv2d: the bias must be f32[\(channels)], got \(bias)"
  }
}
