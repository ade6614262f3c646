package import GraphIR
import Plan

/// Layer normalisation, `y = weight · (x - mean) / √(variance + eps) + bias`, statistics over the last axes.
///
/// ```yaml
/// - layer_norm: { dims: 1 }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x, y | any |
/// | weight, bias (if `affine`) | the last `dims` extents of x |
/// | mean, variance | that of x with extent 1 on the last `dims` axes |
package struct LayerNorm: CompositeOperator, Differentiable, NetworkOperator {
  package static let name = "layer_norm"
  package static let summary = "weight · (x - mean) / √(variance + eps) + bias, per sample"
  package static let category = Category.normalization

  package var dims: Int
  package var eps: Double
  package var isAffine: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    dims = try attributes.int("dims", default: 1, "how many of the last axes are normalised over")
    eps = try attributes.number("eps", default: 1e-5, "added to the variance")
    isAffine = try attributes.bool("affine", default: true, "whether there are weight and bias")
  }

  package var attributes: [Attribute] {
    [
      Attribute("dims", .integer(dims)), Attribute("eps", .real(eps)),
      Attribute("affine", .bool(isAffine)),
    ]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    guard isAffine else { return [] }
    let shape = try normalizedShape(of: inputs[0])
    return [
      ParameterDeclaration("weight", shape, initializer: .constant(1)),
      ParameterDeclaration("bias", shape, initializer: .constant(0)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(isAffine ? 3 : 1) }
  package var outputNames: [String] { ["y", "mean", "variance"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let shape = try normalizedShape(of: inputs[0])
    for parameter in inputs.dropFirst() where parameter.shape != shape {
      throw Diagnostic(.wrongParameter(parameter, wanted: shape))
    }
    let kept = inputs[0].shape.dropLast(dims) + [Int](repeating: 1, count: dims)
    let statistic = TensorType(.float32, Array(kept))
    return [inputs[0], statistic, statistic]
  }

  private func normalizedShape(of input: TensorType) throws(Diagnostic) -> [Int] {
    try input.requireFloats(for: name)
    guard 1...max(1, input.rank) ~= dims, dims <= input.rank else {
      throw Diagnostic(.wrongDims(dims, input))
    }
    return Array(input.shape.suffix(dims))
  }

  private func axes(of input: TensorType) -> [Int] { Array(input.rank - dims..<input.rank) }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let statistics = try Standardization(
      x: node.inputs[0], mean: node.outputs[1], variance: node.outputs[2], eps: eps, in: &graph)
    var results = [Value?](repeating: nil, count: node.inputs.count)
    var direct: (value: Value, total: Value, product: Value, factor: Value)?
    if let gradient = gradients[0] {
      let axes = axes(of: graph.type(of: node.inputs[0]))
      let standardized = try statistics.standardized(in: &graph)
      var weighted = gradient
      if isAffine {
        // The weight varies along the axes of the statistics, so it cannot leave their sums.
        weighted = try graph.multiply(gradient, node.inputs[1])
        let type = graph.type(of: node.inputs[1])
        results[1] = try graph.reduce(graph.multiply(gradient, standardized), to: type)
        results[2] = try graph.reduce(gradient, to: type)
      }
      let total = try graph.sum(weighted, axes: axes, keepingAxes: true)
      let product = try graph.sum(
        graph.multiply(weighted, standardized), axes: axes, keepingAxes: true)
      direct = (weighted, total, product, statistics.inverse)
    }
    results[0] = try statistics.inputGradient(
      from: direct, meanGradient: gradients[1], varianceGradient: gradients[2], in: &graph)
    return results
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let type = graph.type(of: inputs[0])
    let moments = try graph.append(Moments(axes: axes(of: type)), [inputs[0]])
    let statistics = try Standardization(
      x: inputs[0], mean: moments[0], variance: moments[1], eps: eps, in: &graph)
    var y = try statistics.standardized(in: &graph)
    if isAffine { y = try graph.add(graph.multiply(y, inputs[1]), inputs[2]) }
    return [y] + moments
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongDims(_ dims: Int, _ input: TensorType) -> Self {
    "layer_norm: 'dims' must be 1 to the rank of \(input), got \(dims)"
  }

  fileprivate static func wrongParameter(_ parameter: TensorType, wanted: [Int]) -> Self {
    "layer_norm: weight and bias must be \(TensorType(.float32, wanted)), got \(parameter)"
  }
}
