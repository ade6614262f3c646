import GraphIR
import Operators
import Plan

/// Folds batch normalisation by running statistics into the weights of the layer before it.
///
///     %5: f32[4×8×9×9] = conv2d(%0, %1) {bias: false}
///     %6: f32[4×8×9×9] = batch_norm(%5, %2, %3, %4, …) {mode: "eval"}
///
/// becomes
///
///     %9: f32[8×3×3×3] = mul(%1, %8)                  // weight · factor
///     %11: f32[8] = sub(%3, %10)                      // shift
///     %6: f32[4×8×9×9] = conv2d(%0, %9, %11) {bias: true}
///
/// with `factor = γ / √(running_var + eps)` and `shift = β + (bias - running_mean) · factor`, all of which are as small
/// as the weights. The layer's result must have no other reader, and be larger than the weights: otherwise the
/// normalisation costs less than the folding.
package let batchNormFolding = Pass(
  "batch-norm-folding", "folds batch_norm in eval mode into the conv2d or linear before it"
) { graph, report throws(Diagnostic) in
  let candidates = graph.nodes.contains { ($0.op as? BatchNorm)?.usesBatch == false }
  guard candidates else { return }
  let uses = Uses(of: graph)
  var folded = [Int: Int]()
  for (index, node) in graph.nodes.enumerated() {
    guard let norm = node.op as? BatchNorm, !norm.usesBatch,
      let producer = uses.definer(of: node.inputs[0]), graph.nodes[producer].op.takesFolding
    else { continue }
    let what = "fold batch_norm into \(graph.nodes[producer].op.name)"
    if let reason = refusal(of: node, behind: graph.nodes[producer], in: graph, uses) {
      report.refused(what, because: reason, at: node.origin)
    } else {
      folded[index] = producer
      report.applied(what, at: node.origin)
    }
  }
  try rebuild(&graph, folding: folded)
}

/// Why the fold would be wrong or a loss; nil if it may be done.
private func refusal(
  of norm: Node, behind layer: Node, in graph: Graph, _ uses: Uses
) -> String? {
  if let reason = uses.reasonToKeep(layer.outputs[0]) { return reason }
  let (weight, result) = (graph.type(of: layer.inputs[1]), graph.type(of: layer.outputs[0]))
  // The batch norm's channels are the second axis, the linear layer's features the last.
  if layer.op is Linear, result.rank != 2 { return "the layer's result \(result) is not a matrix" }
  return weight.count > result.count
    ? "the weight \(weight) is larger than the result \(result)" : nil
}

/// - Parameter folded: the index of a batch norm to that of the layer which takes it up.
private func rebuild(_ graph: inout Graph, folding folded: [Int: Int]) throws(Diagnostic) {
  guard !folded.isEmpty else { return }
  let absorbed = Set(folded.values)
  let nodes = graph.nodes
  let origin = graph.origin
  var replacements = [Value: Value]()
  graph = graph.emptied()
  for (index, node) in nodes.enumerated() where !absorbed.contains(index) {
    if let producer = folded[index], let norm = node.op as? BatchNorm {
      graph.origin = node.origin
      replacements[node.outputs[0]] = try fold(norm, node, into: nodes[producer], &graph)
    } else {
      graph.nodes.append(node)
    }
  }
  graph.origin = origin
  let lost = Set(absorbed.map { nodes[$0].outputs[0] })
  graph.names.removeAll { lost.contains($0.value) }
  graph.replaceUses(replacements)
}

private func fold(
  _ norm: BatchNorm, _ node: Node, into layer: Node, _ graph: inout Graph
) throws(Diagnostic) -> Value {
  let statistics = node.inputs.suffix(2)
  let (mean, variance) = (statistics[statistics.startIndex], statistics[statistics.endIndex - 1])
  var factor = try graph.rsqrt(graph.add(variance, norm.eps))
  if norm.isAffine { factor = try graph.multiply(node.inputs[1], factor) }
  var shift = try graph.negate(mean)
  if layer.inputs.count == 3 { shift = try graph.subtract(layer.inputs[2], mean) }
  shift = try graph.multiply(shift, factor)
  if norm.isAffine { shift = try graph.add(shift, node.inputs[2]) }

  let weight = layer.inputs[1]
  let channels = graph.shape(of: factor)
  let ones = [Int](repeating: 1, count: graph.type(of: weight).rank - 1)
  let scaled = try graph.multiply(weight, graph.reshape(factor, to: channels + ones))
  return try graph.append(
    layer.op.withBias, [layer.inputs[0], scaled, shift], origin: layer.origin)[0]
}

extension Operator {
  fileprivate var takesFolding: Bool {
    (self as? Conv2D)?.activation == .identity || self is Linear
  }

  /// The same layer with a third input, a number an output channel.
  fileprivate var withBias: any Operator {
    if var convolution = self as? Conv2D {
      convolution.hasBias = true
      return convolution
    }
    if var linear = self as? Linear {
      linear.hasBias = true
      return linear
    }
    return self
  }
}
