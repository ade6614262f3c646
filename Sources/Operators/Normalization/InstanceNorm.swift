package import GraphIR
import Plan

/// Instance normalisation, `y = weight · (x - mean) / √(variance + eps) + bias`, statistics per sample and channel.
///
/// ```yaml
/// - instance_norm: { affine: true }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x, y | N×C×H×W |
/// | weight, bias (if `affine`) | C |
/// | mean, variance | N×C×1×1 |
package struct InstanceNorm: CompositeOperator, Differentiable, NetworkOperator {
  package static let name = "instance_norm"
  package static let summary = "weight · (x - mean) / √(variance + eps) + bias, per image"
  package static let category = Category.normalization

  private static let axes = [2, 3]

  package var eps: Double
  package var isAffine: Bool

  // MARK: Attributes
  package init(eps: Double = 1e-5, isAffine: Bool = false) {
    self.eps = eps
    self.isAffine = isAffine
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    eps = try attributes.number("eps", default: 1e-5, "added to the variance")
    isAffine = try attributes.bool("affine", default: false, "whether there are weight and bias")
  }

  package var attributes: [Attribute] {
    [Attribute("eps", .real(eps)), Attribute("affine", .bool(isAffine))]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    guard isAffine else { return [] }
    try inputs[0].requireImages(for: name)
    let channels = inputs[0].shape[1]
    return [
      ParameterDeclaration("weight", [channels], initializer: .constant(1)),
      ParameterDeclaration("bias", [channels], initializer: .constant(0)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(isAffine ? 3 : 1) }
  package var outputNames: [String] { ["y", "mean", "variance"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireImages(for: name)
    let shape = inputs[0].shape
    for parameter in inputs.dropFirst() where parameter.shape != [shape[1]] {
      throw Diagnostic(.wrongParameter(parameter, channels: shape[1]))
    }
    guard shape[2] * shape[3] > 1 else { throw Diagnostic(.onePixel(inputs[0])) }
    let statistic = TensorType(.float32, [shape[0], shape[1], 1, 1])
    return [inputs[0], statistic, statistic]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let statistics = try Standardization(
      x: node.inputs[0], mean: node.outputs[1], variance: node.outputs[2], eps: eps, in: &graph)
    var results = [Value?](repeating: nil, count: node.inputs.count)
    var direct: (value: Value, total: Value, product: Value, factor: Value)?
    if let gradient = gradients[0] {
      let standardized = try statistics.standardized(in: &graph)
      let total = try graph.sum(gradient, axes: Self.axes, keepingAxes: true)
      let product = try graph.sum(
        graph.multiply(gradient, standardized), axes: Self.axes, keepingAxes: true)
      var factor = statistics.inverse
      if isAffine {
        factor = try graph.multiply(factor, perChannel(node.inputs[1], in: &graph))
        results[1] = try graph.sum(product, axes: [0, 2, 3])
        results[2] = try graph.sum(total, axes: [0, 2, 3])
      }
      direct = (gradient, total, product, factor)
    }
    results[0] = try statistics.inputGradient(
      from: direct, meanGradient: gradients[1], varianceGradient: gradients[2], in: &graph)
    return results
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let moments = try graph.append(Moments(axes: Self.axes), [inputs[0]])
    let statistics = try Standardization(
      x: inputs[0], mean: moments[0], variance: moments[1], eps: eps, in: &graph)
    let weight = isAffine ? try perChannel(inputs[1], in: &graph) : nil
    let bias = isAffine ? try perChannel(inputs[2], in: &graph) : nil
    return [try statistics.scaled(by: weight, shift: bias, in: &graph)] + moments
  }

  private func perChannel(_ value: Value, in graph: inout Graph) throws(Diagnostic) -> Value {
    try graph.reshape(value, to: [1, graph.type(of: value).count, 1, 1])
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongParameter(_ parameter: TensorType, channels: Int) -> Self {
    "instance_norm: weight and bias must be f32[\(channels)], got \(parameter)"
  }

  fileprivate static func onePixel(_ input: TensorType) -> Self {
    "instance_norm wants more than one pixel an image, got \(input)"
  }
}
