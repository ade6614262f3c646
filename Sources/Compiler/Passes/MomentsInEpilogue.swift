import GraphIR
import Operators
import Plan

/// Takes the moments of channels while the kernel that computes the channels writes them.
///
///     %2: f32[8×64×32×32] = conv2d(%0, %1) {…, algorithm: "winograd_4x4"}
///     %3: f32[1×64×1×1], %4: f32[1×64×1×1] = moments(%2) {axes: [0, 2, 3]}
///
/// becomes
///
///     %2: f32[8×64×32×32], %3: f32[1×64×1×1], %4: f32[1×64×1×1] = measured(%0, %1) {producer: "conv2d", …}
///
/// so that batch normalisation does not read the image a second time. Other readers of the image do not mind, and of
/// what is computed several times the first is measured. Runs on a scheduled graph: a few numbers a channel live longer
/// than planned, which is all that it changes there.
package let momentsInEpilogue = Pass(
  "moments-in-epilogue", "takes moments of channels while the channels are being written"
) { graph, report throws(Diagnostic) in
  let index = GraphIndex(graph)
  /// The node of the moments by that of the image.
  var measurements: [Int: Int] = [:]
  for (position, node) in graph.nodes.enumerated() {
    guard let moments = node.op as? Moments, let producer = index.producer(of: node.inputs[0])
    else { continue }
    let type = graph.type(of: node.inputs[0])
    let refusal =
      measurements[producer] != nil
      ? "another node has measured it"
      : moments.refusal(of: graph.nodes[producer], writing: type)
    if let refusal {
      report.refused("measure \(type) in an epilogue", because: refusal, at: node.origin)
      continue
    }
    measurements[producer] = position
    report.applied(
      "\(graph.nodes[producer].op.name) measures what it writes, saving \(type.count.abbreviated) reads",
      at: node.origin)
  }
  for (producer, position) in measurements { graph.nodes[producer].measure(graph.nodes[position]) }
  let absorbed = Set(measurements.values)
  graph.nodes = graph.nodes.indices.filter { !absorbed.contains($0) }.map { graph.nodes[$0] }
}

extension Moments {
  /// Why the moments cannot be taken by a node that computes the image; nil if they can.
  fileprivate func refusal(of producer: Node, writing image: TensorType) -> String? {
    guard axes(of: image) == MeasuredCall.axes, image.rank == 4 else {
      return "the axes \(axes(of: image)) are not those of a channel in all images"
    }
    switch producer.op {
    case let op as Conv2D: return op.refusal
    case is SumPool, is AveragePool:
      return image.element == .float32 ? nil : "the pool rounds what it writes to bf16"
    case is Conv2DInputGradient: return "a result is added up from several tiles"
    default: return "'\(producer.op.name)' has no place for it"
    }
  }
}

extension Conv2D {
  /// Why its kernel cannot measure what it writes; nil if it can.
  fileprivate var refusal: String? {
    switch (algorithm, activation) {
    case (.direct, _), (.columns, _), (.fewChannels, _):
      "only transformed tiles have results in registers of ours"
    case (_, .tanh), (_, .sigmoid): "the activation is another kernel's"
    case (.winograd2x2, _), (.winograd4x4, _): nil
    }
  }
}

extension Node {
  /// Makes it compute the moments that another node takes of its result, too.
  fileprivate mutating func measure(_ moments: Node) {
    guard let producer = op as? any KernelOperator else { return }
    self = Node(
      op: Measured(producer), inputs: inputs, outputs: outputs + moments.outputs, origin: origin)
  }
}
