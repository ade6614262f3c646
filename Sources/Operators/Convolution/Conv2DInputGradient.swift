package import GraphIR
package import Plan

/// The gradient of a convolution with respect to its input: every output pixel back to the pixels that it was read from.
///
/// | value | shape |
/// |---|---|
/// | dy | N×O×H'×W' |
/// | weight | O×(C/groups)×K×L |
/// | bias (transposed convolutions only) | C |
/// | dx | N×C×`extent` |
///
/// It is a transposed convolution as well; as such it may carry a bias and an activation.
package struct Conv2DInputGradient: KernelOperator, SingleOutputDifferentiable {
  package static let name = "conv2d_input_gradient"

  /// Height and width of dx, which dy alone leaves open when the stride is not 1.
  package var extent: [Int]
  package var window: ConvolutionWindow
  package var hasBias: Bool
  package var activation: ConvolutionCall.Activation
  package var algorithm = ConvolutionAlgorithm.direct

  // MARK: Attributes
  package init(
    extent: [Int], window: ConvolutionWindow, hasBias: Bool = false,
    activation: ConvolutionCall.Activation = .identity
  ) {
    self.extent = extent
    self.window = window
    self.hasBias = hasBias
    self.activation = activation
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    extent = try attributes.ints("extent", counts: [2], "height and width of the input")
    window = try ConvolutionWindow(readingFrom: &attributes)
    hasBias = try attributes.bool("bias", default: false)
    activation = try ConvolutionCall.Activation(readingFrom: &attributes)
    algorithm = try ConvolutionAlgorithm(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [Attribute("extent", .integers(extent))] + window.attributes
      + (hasBias ? [Attribute("bias", .bool(true))] : []) + activation.attributes
      + algorithm.attributes
  }

  // MARK: Shape
  package var arity: Arity { .exactly(hasBias ? 3 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (gradient, weight) = (inputs[0], inputs[1])
    try gradient.requireImages(for: name)
    try weight.requireImages(for: name)
    let channels = weight.shape[1] * window.groups
    let input = TensorType(.float32, [gradient.shape[0], channels] + extent)
    let output = try window.outputType(image: input, weight: weight, for: name)
    guard output == gradient else { throw Diagnostic(.wrongGradient(gradient, wanted: output)) }
    guard !hasBias || inputs[2].shape == [channels] else {
      throw Diagnostic(.wrongBias(inputs[2], channels: channels))
    }
    return [input]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    try activation.requireNone(for: name)
    let (dy, weight) = (node.inputs[0], node.inputs[1])
    let shape = graph.shape(of: weight)
    let kernel = Array(shape[2...])
    let resolved = window.resolved(input: extent, kernel: kernel)
    let convolution = Conv2D(channels: shape[0], kernel: kernel, window: resolved)
    let toWeight = try graph.apply(
      Conv2DWeightGradient(kernel: kernel, window: resolved), gradient, dy)
    let results = [try graph.apply(convolution, gradient, weight), toWeight]
    return hasBias ? results + [try graph.sum(gradient, axes: [0, 2, 3])] : results
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let kernel = Array(context.inputs[1].shape[2...])
    return [
      .convolutionInputGradient(
        ConvolutionCall(
          source: context.input(0), weight: context.input(1),
          bias: hasBias ? context.input(2) : nil, target: context.output(0), stride: window.stride,
          padding: window.sides(input: extent, kernel: kernel), dilation: window.dilation,
          groups: window.groups, activation: activation,
          algorithm: algorithm))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongGradient(_ gradient: TensorType, wanted: TensorType) -> Self {
    "conv2d_input_gradient: the output's gradient must be \(wanted), got \(gradient)"
  }

  fileprivate static func wrongBias(_ bias: TensorType, channels: Int) -> Self {
    "conv2d_input_gradient: the bias must be f32[\(channels)], got \(bias)"
  }
}
