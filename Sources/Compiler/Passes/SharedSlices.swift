import GraphIR
import Operators

/// Takes what is computed for a part of a batch from what is computed for all of it.
///
///     %2: f32[3×8×4×4] = slice(%0) {axis: 0, start: 0, stop: 3}
///     %3: f32[3×5×4×4] = conv2d(%2, %1)
///     %4: f32[4×5×4×4] = conv2d(%0, %1)
///
/// becomes
///
///     %4: f32[4×5×4×4] = conv2d(%0, %1)
///     %3: f32[3×5×4×4] = slice(%4) {axis: 0, start: 0, stop: 3}
///
/// This holds for everything that treats the samples of a batch one by one. Slices of a batch are views, and gradients
/// of both readers meet in front of the operation, so that it is saved in all three passes. Equal expressions should have
/// been merged before.
package let sharedSlices = Pass(
  "shared-slices", "takes what is computed for a part of a batch from what is computed for all"
) { graph, report throws(Diagnostic) in
  var sharing = SliceSharing(graph)
  for index in graph.nodes.indices { try sharing.visit(index, &report) }
  graph.become(sharing.finished())
}

private struct SliceSharing {
  /// Some samples of a value.
  private struct Part {
    var whole: Value
    var samples: Range<Int>
  }

  /// What a node computes of its operands, comparable.
  private struct Computation: Hashable {
    var fingerprint: String
    var inputs: [Value]

    /// - Parameter operand: what to take for the node's first operand.
    init?(_ node: Node, of operand: Value, in graph: Graph) {
      guard let fingerprint = node.samplewiseFingerprint(in: graph) else { return nil }
      self.fingerprint = fingerprint
      inputs = [operand] + node.inputs.dropFirst()
    }
  }

  private let nodes: [Node]
  private var graph: Graph
  /// The first node of each computation.
  private var known: [Computation: Int] = [:]
  private var isPlaced: [Bool]
  private var parts: [Value: Part] = [:]
  private var replacements: [Value: Value] = [:]

  init(_ source: Graph) {
    nodes = source.nodes
    graph = source.emptied()
    isPlaced = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() where !node.inputs.isEmpty {
      guard let computation = Computation(node, of: node.inputs[0], in: source) else { continue }
      known[computation] = known[computation] ?? index
    }
  }

  /// Places a node where it stands, or a slice of the node that computes the same of the whole batch.
  mutating func visit(_ index: Int, _ report: inout PassReport) throws(Diagnostic) {
    let node = nodes[index]
    if let part = part(of: node) { parts[node.outputs[0]] = part }
    guard let operand = node.inputs.first, let part = parts[operand],
      let computation = Computation(node, of: part.whole, in: graph),
      let whole = known[computation]
    else { return place(index) }
    // All operands of the whole are defined by now: one of them was sliced, the others are this node's own.
    place(whole)
    let result = nodes[whole].outputs[0]
    graph.origin = node.origin
    replacements[node.outputs[0]] = try graph.slice(result, axis: 0, part.samples)
    parts[node.outputs[0]] = Part(whole: result, samples: part.samples)
    if let saved = node.products(in: graph) {
      report.applied(
        "take \(part.samples.count) samples of \(node.op.name) from all \(graph.shape(of: result)[0]), "
          + "saving \(saved.abbreviated) multiplications", at: node.origin)
    }
  }

  private mutating func place(_ index: Int) {
    guard !isPlaced[index] else { return }
    isPlaced[index] = true
    graph.nodes.append(nodes[index])
  }

  /// The samples that a slice of the batch axis takes.
  private func part(of node: Node) -> Part? {
    guard let slice = node.op as? Slice, slice.axes.count == 1 else { return nil }
    let input = graph.type(of: node.inputs[0])
    guard [0, -input.rank].contains(slice.axes[0]) else { return nil }
    let start = slice.offsets(in: input)[0]
    return Part(whole: node.inputs[0], samples: start..<start + graph.shape(of: node.outputs[0])[0])
  }

  /// The graph without those slices that nobody needed in the end.
  func finished() -> Graph {
    var result = graph
    result.replaceUses(replacements)
    let made = Set(replacements.values)
    var read = Set(result.nodes.flatMap(\.inputs))
    read.formUnion((result.outputs + result.stateUpdates).map(\.value))
    let unread = made.subtracting(read)
    result.nodes.removeAll { unread.contains($0.outputs[0]) }
    result.names.removeAll { unread.contains($0.value) }
    return result
  }
}
