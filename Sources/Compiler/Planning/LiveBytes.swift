import GraphIR
import Plan

/// How much memory a graph needs while each of its nodes runs, before anything is lowered.
///
/// Inputs and states cost nothing here, and neither do reshapes that are views. A tile writes over an operand of equal
/// size that dies with it, as the memory planner will let it.
struct LiveBytes {
  private(set) var graph: Graph
  private(set) var index: GraphIndex
  /// The value whose memory each value lies in.
  private(set) var holders: [Value]
  /// Bytes that each holder takes from the arena.
  private(set) var sizes: [Int]

  /// Whether a holder's memory is needed when the program has run.
  private(set) var isResult: [Bool]
  /// For each node, the holders that it reads, each once.
  private(set) var operands: [[Value]]
  /// For each node, the values of memory of their own that it computes.
  private(set) var results: [[Value]]
  /// Whether a node is a tile, which may write over its operands.
  private(set) var isTile: [Bool]

  init(_ graph: Graph) {
    self.graph = graph
    let index = GraphIndex(graph)
    self.index = index
    var holders = graph.types.indices.map { Value($0) }
    for node in graph.nodes where Self.isView(node, graph) {
      holders[node.outputs[0].index] = holders[node.inputs[0].index]
    }
    let updates = Set(graph.stateUpdates.map(\.value))
    sizes = graph.types.indices.map { position in
      let value = Value(position)
      let isComputed = index.producers[position] != nil && holders[position] == value
      let type = graph.type(of: value)
      return isComputed && !updates.contains(value) ? type.count * type.element.size : 0
    }
    var isResult = index.isResult
    for result in graph.outputs + graph.stateUpdates {
      isResult[holders[result.value.index].index] = true
    }
    self.isResult = isResult
    self.holders = holders
    operands = graph.nodes.map { Self.operands($0.inputs, holders) }
    results = graph.nodes.map { $0.outputs.filter { holders[$0.index] == $0 } }
    isTile = graph.nodes.map { $0.op is FusedTile || $0.op is WeightUpdate }
  }

  private static func operands(_ inputs: [Value], _ holders: [Value]) -> [Value] {
    inputs.reduce(into: []) { unique, value in
      let holder = holders[value.index]
      if !unique.contains(holder) { unique.append(holder) }
    }
  }

  /// Inserts a tile that computes a value, of which there are no views, once more for those who read it from there on.
  mutating func compute(
    _ value: Value, again op: FusedTile, of inputs: [Value], origin: Origin, before position: Int
  ) {
    let again = graph.makeValue(graph.type(of: value))
    for reader in index.readers(of: value) where reader >= position {
      graph.nodes[reader].inputs = graph.nodes[reader].inputs.map { $0 == value ? again : $0 }
      operands[reader] = operands[reader].map { $0 == value ? again : $0 }
    }
    graph.nodes.insert(
      Node(op: op, inputs: inputs, outputs: [again], origin: origin), at: position)
    index.insert(at: position, reading: inputs, insteadOf: value)
    holders.append(again)
    sizes.append(sizes[value.index])
    isResult.append(false)
    operands.insert(Self.operands(inputs, holders), at: position)
    results.insert([again], at: position)
    isTile.insert(true, at: position)
  }

  func holder(of value: Value) -> Value { holders[value.index] }

  static func isView(_ node: Node, _ graph: Graph) -> Bool {
    // Most nodes are tiles, and asking for a protocol is expensive.
    guard !(node.op is FusedTile), node.op is any ReshapeOperator else { return false }
    let (source, target) = (graph.type(of: node.inputs[0]), graph.type(of: node.outputs[0]))
    return AxisRefinement(
      from: (source.shape, Layout.strides(source.shape)),
      to: (target.shape, Layout.strides(target.shape)))?.isIdentity ?? false
  }

  /// For each holder, the last node that reads it; the number of nodes if the program returns it.
  func lastUses() -> [Int] {
    var last = [Int](repeating: -1, count: graph.types.count)
    for position in graph.nodes.indices {
      for value in operands[position] { last[value.index] = position }
      for value in results[position] { last[value.index] = position }
    }
    for output in graph.outputs { last[holder(of: output.value).index] = graph.nodes.count }
    return last
  }

  /// Bytes live while each node runs.
  func profile() -> [Int] {
    let last = lastUses()
    var live = 0
    var profile = [Int]()
    for position in graph.nodes.indices {
      let dying = operands[position].filter { last[$0.index] == position }
      let born = results[position]
      let allocated = born.reduce(0) { $0 + sizes[$1.index] }
      profile.append(live + allocated - (isTile[position] ? overwritten(dying, born) : 0))
      live += allocated
      for value in dying { live -= sizes[value.index] }
      for value in born where last[value.index] == position { live -= sizes[value.index] }
    }
    return profile
  }

  /// Bytes of a tile's results that take over dying operands.
  private func overwritten(_ dying: [Value], _ born: [Value]) -> Int {
    var free = dying.map { sizes[$0.index] }.filter { $0 > 0 }.sorted()
    return born.reduce(0) { sum, value in
      guard let match = free.firstIndex(of: sizes[value.index]) else { return sum }
      free.remove(at: match)
      return sum + sizes[value.index]
    }
  }
}
