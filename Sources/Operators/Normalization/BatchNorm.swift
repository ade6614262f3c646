package import GraphIR
import Plan

/// Batch normalisation, `y = weight · (x - mean) / √(variance + eps) + bias`, statistics over all but the channels.
///
/// ```yaml
/// - batch_norm: { eps: 1e-5, momentum: 0.1 }
/// ```
///
/// In `mode: train` mean and biased variance are those of the batch, and the running ones move:
/// `running = (1 - momentum) · running + momentum · batch`; `running_variance` says whether the batch's variance enters
/// with n - 1 (`unbiased`, PyTorch) or with n (`biased`, TensorFlow) below the line. In `mode: eval` the running ones
/// take the place of the batch's.
///
/// | value | shape |
/// |---|---|
/// | x, y | N×C or N×C×H×W |
/// | weight, bias (if `affine`), running_mean, running_var | C |
/// | mean, variance | 1×C or 1×C×1×1 |
package struct BatchNorm: CompositeOperator, Differentiable, NetworkOperator {
  package static let name = "batch_norm"
  package static let summary = "weight · (x - mean) / √(variance + eps) + bias, over the batch"
  package static let category = Category.normalization

  package var eps: Double
  package var momentum: Double
  package var usesBatch: Bool
  package var runningVarianceIsUnbiased: Bool
  package var isAffine: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    eps = try attributes.number("eps", default: 1e-5, "added to the variance")
    momentum = try attributes.number(
      "momentum", default: 0.1, "the share of the batch in the running statistics")
    let mode = try attributes.choice(
      "mode", among: ["train", "eval"], default: "train", "whose statistics are used")
    usesBatch = mode == "train"
    let variance = try attributes.choice(
      "running_variance", among: ["unbiased", "biased"], default: "unbiased",
      "which estimate the running variance averages")
    runningVarianceIsUnbiased = variance == "unbiased"
    isAffine = try attributes.bool("affine", default: true, "whether there are weight and bias")
  }

  package var attributes: [Attribute] {
    [
      Attribute("eps", .real(eps)), Attribute("momentum", .real(momentum)),
      Attribute("mode", .text(usesBatch ? "train" : "eval")),
      Attribute("running_variance", .text(runningVarianceIsUnbiased ? "unbiased" : "biased")),
      Attribute("affine", .bool(isAffine)),
    ]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    let channels = try channels(of: inputs[0])
    let affine = [
      ParameterDeclaration("weight", [channels], initializer: .constant(1)),
      ParameterDeclaration("bias", [channels], initializer: .constant(0)),
    ]
    let running = [
      ParameterDeclaration(
        "running_mean", [channels], initializer: .constant(0), role: .statistic,
        updatedBy: usesBatch ? 3 : nil),
      ParameterDeclaration(
        "running_var", [channels], initializer: .constant(1), role: .statistic,
        updatedBy: usesBatch ? 4 : nil),
    ]
    return isAffine ? affine + running : running
  }

  // MARK: Shape
  package var arity: Arity { .exactly(isAffine ? 5 : 3) }
  package var outputNames: [String] { usesBatch ? ["y", "mean", "variance"] : ["y"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let channels = try channels(of: inputs[0])
    for parameter in inputs.dropFirst() where parameter.shape != [channels] {
      throw Diagnostic(.wrongParameter(parameter, channels: channels))
    }
    guard usesBatch else { return [inputs[0]] }
    guard inputs[0].count > channels else { throw Diagnostic(.oneValueAChannel(inputs[0])) }
    let statistic = TensorType(.float32, statisticShape(of: inputs[0]))
    return [
      inputs[0], statistic, statistic, TensorType(.float32, [channels]),
      TensorType(.float32, [channels]),
    ]
  }

  private func channels(of input: TensorType) throws(Diagnostic) -> Int {
    guard input.rank == 2 || input.rank == 4, input.element == .float32 else {
      throw Diagnostic(.wrongRank(input))
    }
    return input.shape[1]
  }

  private func statisticShape(of input: TensorType) -> [Int] {
    input.shape.indices.map { $0 == 1 ? input.shape[1] : 1 }
  }

  private func axes(of input: TensorType) -> [Int] { input.shape.indices.filter { $0 != 1 } }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let x = node.inputs[0]
    let statistics = try Standardization(
      x: x, mean: usesBatch ? node.outputs[1] : running(node.inputs, 2, in: &graph),
      variance: usesBatch ? node.outputs[2] : running(node.inputs, 1, in: &graph), eps: eps,
      in: &graph)
    var results = [Value?](repeating: nil, count: node.inputs.count)
    var direct: (value: Value, total: Value, product: Value, factor: Value)?
    if let gradient = gradients[0] {
      let axes = axes(of: graph.type(of: x))
      let standardized = try statistics.standardized(in: &graph)
      let total = try graph.sum(gradient, axes: axes, keepingAxes: true)
      let product = try graph.sum(
        graph.multiply(gradient, standardized), axes: axes, keepingAxes: true)
      var factor = statistics.inverse
      if isAffine {
        let weight = try perChannel(node.inputs[1], like: x, in: &graph)
        factor = try graph.multiply(factor, weight)
        let channels = graph.shape(of: node.inputs[1])
        results[1] = try graph.reshape(product, to: channels)
        results[2] = try graph.reshape(total, to: channels)
      }
      direct = (gradient, total, product, factor)
    }
    results[0] =
      usesBatch
      ? try statistics.inputGradient(
        from: direct, meanGradient: gradients[1], varianceGradient: gradients[2], in: &graph)
      : try direct.map { direct throws(Diagnostic) in
        try graph.multiply(direct.value, direct.factor)
      }
    return results
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let weight = try isAffine ? perChannel(inputs[1], like: inputs[0], in: &graph) : nil
    let bias = try isAffine ? perChannel(inputs[2], like: inputs[0], in: &graph) : nil
    return usesBatch
      ? try expandWithBatch(inputs, weight: weight, bias: bias, in: &graph)
      : [try expandWithRunning(inputs, weight: weight, bias: bias, in: &graph)]
  }

  private func expandWithBatch(
    _ inputs: [Value], weight: Value?, bias: Value?, in graph: inout Graph
  ) throws(Diagnostic) -> [Value] {
    let type = graph.type(of: inputs[0])
    let moments = try graph.append(Moments(axes: axes(of: type)), [inputs[0]])
    let statistics = try Standardization(
      x: inputs[0], mean: moments[0], variance: moments[1], eps: eps, in: &graph)
    let y = try statistics.scaled(by: weight, shift: bias, in: &graph)
    let channels = type.shape[1]
    let count = Double(type.count / channels)
    let correction = runningVarianceIsUnbiased ? count / (count - 1) : 1
    let mean = try graph.reshape(moments[0], to: [channels])
    let variance = try graph.reshape(moments[1], to: [channels])
    return [
      y, moments[0], moments[1],
      try moved(inputs[inputs.count - 2], towards: mean, by: momentum, in: &graph),
      try moved(
        inputs[inputs.count - 1], towards: variance, by: momentum * correction, in: &graph),
    ]
  }

  /// `(1 - momentum) · running + share · batch`.
  private func moved(
    _ running: Value, towards batch: Value, by share: Double, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    try graph.add(graph.multiply(running, 1 - momentum), graph.multiply(batch, share))
  }

  /// One factor and one term a channel, a form in which a convolution before can take up both.
  private func expandWithRunning(
    _ inputs: [Value], weight: Value?, bias: Value?, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    let mean = try running(inputs, 2, in: &graph)
    let inverse = try graph.rsqrt(graph.add(running(inputs, 1, in: &graph), eps))
    var factor = inverse
    if let weight { factor = try graph.multiply(weight, inverse) }
    var term = try graph.negate(graph.multiply(mean, factor))
    if let bias { term = try graph.add(term, bias) }
    return try graph.add(graph.multiply(inputs[0], factor), term)
  }

  /// A running statistic, counted from the last input, in the shape that broadcasts to x.
  private func running(
    _ inputs: [Value], _ fromEnd: Int, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    try perChannel(inputs[inputs.count - fromEnd], like: inputs[0], in: &graph)
  }

  private func perChannel(
    _ value: Value, like x: Value, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    try graph.reshape(value, to: statisticShape(of: graph.type(of: x)))
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongRank(_ input: TensorType) -> Self {
    "batch_norm wants an f32 tensor N×C or N×C×H×W, got \(input)"
  }

  fileprivate static func wrongParameter(_ parameter: TensorType, channels: Int) -> Self {
    "batch_norm: every parameter must be f32[\(channels)], got \(parameter)"
  }

  fileprivate static func oneValueAChannel(_ input: TensorType) -> Self {
    """
    batch_norm in training wants more than one value a channel, got \(input); raise the batch \
    size or use 'mode: eval'
    """
  }
}
