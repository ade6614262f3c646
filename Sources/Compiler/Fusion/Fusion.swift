package import GraphIR

/// Turns groups of elementwise operations, reads and reductions into one node each.
///
/// ```
/// %4 = multiply(%y, %scale)            %6, %7 = fused_tile(%y, %scale, %shift)
/// %5 = add(%4, %shift)           ->      body: "load 0 …; load 1 …; load 2 …; multiply 0 1; add 3 2; …;
/// %6 = relu(%5)                                 store 5 …; sum 5 …"
/// %7 = sum(%6)
/// ```
///
/// No value that anything but a tile group reads is lost, and no group depends on itself.
package let fusion = Pass(
  "fusion", "computes elementwise operations and reductions in groups, at one pass over memory"
) { graph, report throws(Diagnostic) in
  let before = graph.nodes.count
  fuse(&graph)
  let tiles = graph.nodes.count { $0.op is FusedTile }
  report.remark(
    "\(before) nodes became \(graph.nodes.count), of which \(tiles) tiles", at: Origin())
}

/// Fuses a graph in place; values that remain keep their numbers.
package func fuse(_ graph: inout Graph, policy: FusionPolicy = FusionPolicy()) {
  let analysis = FusionAnalysis(graph, policy: policy)
  var names = Dictionary(grouping: graph.names, by: \.value).mapValues { $0.map(\.name) }
  var units: [(position: Int, node: Node)] = []
  for group in TileGroups(analysis).groups {
    var emitter = TileEmitter(analysis, group)
    let (op, inputs, outputs) = emitter.emit(takingNamesFrom: &names)
    let origin = graph.nodes[group.last].origin
    units.append(
      (group.last, Node(op: op, inputs: inputs, outputs: outputs, origin: origin)))
  }
  for position in graph.nodes.indices {
    switch analysis.roles[position] {
    case .opaque, .squeeze: units.append((position, graph.nodes[position]))
    case .elementwise, .reduction: break
    }
  }
  let needed = removingUnread(units.sorted { $0.position < $1.position }.map(\.node), of: graph)
  graph.nodes = topologicallySorted(needed)
  settleNames(of: &graph)
}

/// Leaves a name either to a value that is still there or to one register, the value first.
///
/// A block's output may have the name of the node that it comes from, so that a value can have the same name twice.
private func settleNames(of graph: inout Graph) {
  let defined = Set(graph.inputs.map(\.value) + graph.nodes.flatMap(\.outputs))
  graph.names.removeAll { !defined.contains($0.value) }
  var names = Set(graph.names.map(\.name))
  for position in graph.nodes.indices {
    guard var tile = graph.nodes[position].op as? FusedTile, !tile.residents.isEmpty else {
      continue
    }
    tile.residents.removeAll { !names.insert($0.name).inserted }
    graph.nodes[position].op = tile
  }
}

/// Drops nodes none of whose outputs is read: reshapes that groups have looked through.
private func removingUnread(_ nodes: [Node], of graph: Graph) -> [Node] {
  var readers: [Value: Int] = [:]
  for result in graph.outputs + graph.stateUpdates { readers[result.value, default: 0] += 1 }
  for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
  let producers = Dictionary(
    uniqueKeysWithValues: nodes.enumerated().flatMap { position, node in
      node.outputs.map { ($0, position) }
    })
  var isDropped = [Bool](repeating: false, count: nodes.count)
  var pending = Array(nodes.indices)
  while let position = pending.popLast() {
    let node = nodes[position]
    guard !isDropped[position], node.outputs.allSatisfy({ readers[$0, default: 0] == 0 }) else {
      continue
    }
    isDropped[position] = true
    for input in node.inputs {
      readers[input, default: 0] -= 1
      if let producer = producers[input] { pending.append(producer) }
    }
  }
  return nodes.indices.filter { !isDropped[$0] }.map { nodes[$0] }
}

/// The nodes in an order in which every value is defined before it is read, as close to the given one as may be.
func topologicallySorted(_ nodes: [Node]) -> [Node] {
  let producers = Dictionary(
    uniqueKeysWithValues: nodes.enumerated().flatMap { position, node in
      node.outputs.map { ($0, position) }
    })
  let edges = nodes.reduce(1) { $0 + $1.inputs.count }
  var order = [Node]()
  var isPlaced = [Bool](repeating: false, count: nodes.count)
  for start in nodes.indices where !isPlaced[start] {
    // Depth first, by an explicit stack: a chain may be as long as the program.
    var stack = [start]
    while let position = stack.last {
      let missing = nodes[position].inputs.compactMap { producers[$0] }.filter { !isPlaced[$0] }
      if missing.isEmpty {
        if !isPlaced[position] { order.append(nodes[position]) }
        isPlaced[position] = true
        stack.removeLast()
      } else {
        precondition(stack.count <= edges, "a fused group depends on itself")
        stack += missing.sorted(by: >)
      }
    }
  }
  return order
}
