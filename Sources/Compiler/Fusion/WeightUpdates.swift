import GraphIR
import Operators
import Plan

/// Computes the gradient of a large weight together with the update that alone reads it.
///
///     %4: f32[3072×1536×4×4] = conv2d_weight_gradient(%0, %1) {…, algorithm: "columns"}
///     %5, %6, %7 = fused_tile(%m, %4, %v, %w) {…}
///
/// becomes
///
///     %5, %6, %7 = weight_update(%0, %1, %m, %v, %w) {…}
///
/// The runtime computes both for some output channels at a time, so that the gradient is never whole. Who reads the old
/// weight comes first in any case: the scheduler sees to that.
package let weightUpdates = Pass(
  "weight-updates", "computes gradients of large weights in parts, each with its update"
) { graph, report throws(Diagnostic) in
  let index = GraphIndex(graph)
  var updates: [Int: WeightUpdateMatch] = [:]
  for (position, node) in graph.nodes.enumerated() where node.op is Conv2DWeightGradient {
    let type = graph.type(of: node.outputs[0])
    guard type.count * type.element.size >= leastBytes else { continue }
    let match = WeightUpdateMatch(position, in: graph, index)
    if let reason = match.refusal {
      report.refused("compute \(type) in parts", because: reason, at: node.origin)
    } else if updates[match.reader] == nil {
      updates[match.reader] = match
      report.applied(
        "\(type) is computed in parts with its update", at: graph.nodes[match.reader].origin)
    }
  }
  guard !updates.isEmpty else { return }
  for (reader, match) in updates { graph.nodes[reader] = match.merged(&graph) }
  let absorbed = Set(updates.values.map(\.gradient))
  graph.nodes.removeAll { $0.outputs.contains(where: absorbed.contains) }
  graph.names.removeAll { absorbed.contains($0.value) }
}

/// Smaller gradients would be computed in one part.
private let leastBytes = 16 << 20

/// A weight's gradient, and the node that reads it.
private struct WeightUpdateMatch {
  let gradient: Value
  private(set) var reader = 0
  /// Why the two must stay apart; nil if they need not.
  private(set) var refusal: String?
  private let node: Node

  init(_ position: Int, in graph: Graph, _ index: GraphIndex) {
    node = graph.nodes[position]
    gradient = node.outputs[0]
    refusal = reason(in: graph, index)
  }

  private mutating func reason(in graph: Graph, _ index: GraphIndex) -> String? {
    guard let op = node.op as? Conv2DWeightGradient, op.algorithm != .direct else {
      return "a direct convolution computes it whole"
    }
    guard node.inputs.allSatisfy({ graph.type(of: $0).element == .float32 }) else {
      return "its pictures are bfloat16"
    }
    guard !index.isResult[gradient.index] else { return "the program returns it" }
    let readers = index.readers(of: gradient)
    guard readers.count == 1 else { return "\(readers.count) nodes read it" }
    reader = readers[0]
    guard let tile = graph.nodes[reader].op as? FusedTile else {
      return "'\(graph.nodes[reader].op.name)' reads it whole"
    }
    let shape = graph.shape(of: gradient)
    let identity = TileAccess(identity: shape)
    let inputs = graph.nodes[reader].inputs
    let isPointwise =
      tile.reductions.isEmpty && tile.extent == shape.squeezed
      && tile.stores.allSatisfy { $0.access == identity }
      && tile.loads.allSatisfy { inputs[$0.input] != gradient || $0.access == identity }
    return isPointwise ? nil : "its reader does not work point by point"
  }

  /// The node that computes both; the gradient's names become those of the register that it is loaded into.
  func merged(_ graph: inout Graph) -> Node {
    let consumer = graph.nodes[reader]
    guard let op = node.op as? Conv2DWeightGradient, var tile = consumer.op as? FusedTile,
      let input = consumer.inputs.firstIndex(of: gradient),
      let register = tile.loads.firstIndex(where: { $0.input == input })
    else { return consumer }
    tile.residents += graph.names.filter { $0.value == gradient }.map {
      .init(name: $0.name, register: register, shape: graph.shape(of: gradient))
    }
    var inputs = consumer.inputs
    inputs.remove(at: input)
    return Node(
      op: WeightUpdate(gradient: op, tile: tile, gradientInput: input),
      inputs: node.inputs + inputs, outputs: consumer.outputs, origin: consumer.origin)
  }
}
