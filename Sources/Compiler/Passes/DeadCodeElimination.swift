import GraphIR

/// Removes nodes whose results nobody reads.
///
///     %1: f32[4] = relu(%0)      // removed
///     %2: f32[4] = exp(%0)
///     output "y" %2
///     name "hidden" %1           // removed
///
/// Outputs and the last update of every state keep values alive; names do not. An update that gives a state the value
/// it already has is removed as well.
package let deadCodeElimination = Pass(
  "dead-code-elimination", "removes nodes whose results nobody reads, and updates without effect"
) { graph, report throws(Diagnostic) in
  keepLastUpdates(&graph)
  var isLive = [Bool](repeating: false, count: graph.types.count)
  for input in graph.inputs { isLive[input.value.index] = true }
  for end in graph.outputs + graph.stateUpdates { isLive[end.value.index] = true }
  var kept = [Node]()
  kept.reserveCapacity(graph.nodes.count)
  for node in graph.nodes.reversed() where node.outputs.contains(where: { isLive[$0.index] }) {
    for value in node.inputs + node.outputs { isLive[value.index] = true }
    kept.append(node)
  }
  graph.nodes = kept.reversed()
  graph.names.removeAll { !isLive[$0.value.index] }
}

/// Drops updates that a later one of the same state overrides, and those that change nothing.
private func keepLastUpdates(_ graph: inout Graph) {
  var old = [String: Value]()
  for input in graph.inputs {
    if case .state(let state) = input.kind { old[state] = input.value }
  }
  var seen = Set<String>()
  let last = graph.stateUpdates.reversed().filter { seen.insert($0.name).inserted }
  graph.stateUpdates = last.reversed().filter { old[$0.name] != $0.value }
}
