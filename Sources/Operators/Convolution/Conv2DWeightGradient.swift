package import GraphIR
package import Plan

/// The gradient of a convolution with respect to its weight: the correlation of its input with its output's gradient.
///
/// | value | shape |
/// |---|---|
/// | x | N×C×H×W |
/// | dy | N×O×H'×W' |
/// | dw | O×(C/groups)×`kernel` |
package struct Conv2DWeightGradient: KernelOperator, SingleOutputDifferentiable {
  package static let name = "conv2d_weight_gradient"

  package var kernel: [Int]
  package var window: ConvolutionWindow
  package var algorithm = ConvolutionAlgorithm.direct

  // MARK: Attributes
  package init(kernel: [Int], window: ConvolutionWindow) {
    self.kernel = kernel
    self.window = window
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    kernel = try attributes.ints("kernel", counts: [2], "height and width of the kernel")
    window = try ConvolutionWindow(readingFrom: &attributes)
    algorithm = try ConvolutionAlgorithm(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    [Attribute("kernel", .integers(kernel))] + window.attributes + algorithm.attributes
  }

  // MARK: Shape
  package var arity: Arity { .exactly(2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (image, gradient) = (inputs[0], inputs[1])
    try image.requireImages(for: name)
    try gradient.requireImages(for: name)
    guard image.shape[1].isMultiple(of: window.groups) else {
      throw Diagnostic(.groupsDoNotDivide(window.groups, image))
    }
    let weight = TensorType(
      .float32, [gradient.shape[1], image.shape[1] / window.groups] + kernel)
    let output = try window.outputType(image: image, weight: weight, for: name)
    guard output == gradient else { throw Diagnostic(.wrongGradient(gradient, wanted: output)) }
    return [weight]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let (x, dy) = (node.inputs[0], node.inputs[1])
    let extent = Array(graph.shape(of: x)[2...])
    let resolved = window.resolved(input: extent, kernel: kernel)
    let convolution = Conv2D(
      channels: graph.shape(of: dy)[1], kernel: kernel, window: resolved)
    return [
      try graph.apply(Conv2DInputGradient(extent: extent, window: resolved), dy, gradient),
      try graph.apply(convolution, x, gradient),
    ]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [.convolutionWeightGradient(call(context))]
  }

  package func call(_ context: LoweringContext) -> ConvolutionCall {
    let sides = window.sides(input: Array(context.inputs[0].shape[2...]), kernel: kernel)
    return ConvolutionCall(
      source: context.input(0), weight: context.input(1), target: context.output(0),
      stride: window.stride, padding: sides, dilation: window.dilation, groups: window.groups,
      algorithm: algorithm)
  }
}

extension Diagnostic.Message {
  fileprivate static func groupsDoNotDivide(_ groups: Int, _ image: TensorType) -> Self {
    """
    conv2d_weight_gradient: \(groups) groups do not divide the \(image.shape[1]) channels of \
    \(image)
    """
  }

  fileprivate static func wrongGradient(_ gradient: TensorType, wanted: TensorType) -> Self {
    "conv2d_weight_gradient: the output's gradient must be \(wanted), got \(gradient)"
  }
}
