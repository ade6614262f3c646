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

  /// For each holder, the last node that reads it; the number of nodes if the program returns it.
  private(set) var lastUses: [Int] = []
  /// Bytes live while each node runs.
  private(set) var profile: [Int] = []
  /// Bytes of each node's results that take over dying operands; not counted in the profile.
  private var reused: [Int] = []

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
    isTile = graph.nodes.map { type(of: $0.op) == FusedTile.self || $0.op is WeightUpdate }
    measure()
  }

  /// The same nodes in another order.
  func reordered(_ order: [Int]) -> LiveBytes {
    var other = self
    other.graph.nodes = order.map { graph.nodes[$0] }
    other.index = GraphIndex(other.graph)
    other.operands = order.map { operands[$0] }
    other.results = order.map { results[$0] }
    other.isTile = order.map { isTile[$0] }
    other.measure()
    return other
  }

  var peak: Int { profile.max() ?? 0 }

  private static func operands(_ inputs: [Value], _ holders: [Value]) -> [Value] {
    inputs.reduce(into: []) { unique, value in
      let holder = holders[value.index]
      if !unique.contains(holder) { unique.append(holder) }
    }
  }

  func holder(of value: Value) -> Value { holders[value.index] }

  static func isView(_ node: Node, _ graph: Graph) -> Bool {
    // Most nodes are tiles, and asking for a protocol is expensive.
    guard type(of: node.op) != FusedTile.self, node.op is any ReshapeOperator else { return false }
    let (source, target) = (graph.type(of: node.inputs[0]), graph.type(of: node.outputs[0]))
    return AxisRefinement(
      from: (source.shape, Layout.strides(source.shape)),
      to: (target.shape, Layout.strides(target.shape)))?.isIdentity ?? false
  }

  // MARK: Measuring

  private mutating func measure() {
    lastUses = Array(repeating: -1, count: graph.types.count)
    for position in graph.nodes.indices {
      for value in operands[position] { lastUses[value.index] = position }
      for value in results[position] { lastUses[value.index] = position }
    }
    for output in graph.outputs { lastUses[holder(of: output.value).index] = graph.nodes.count }
    profile = Array(repeating: 0, count: graph.nodes.count)
    reused = profile
    var live = 0
    for position in graph.nodes.indices {
      for value in results[position] { live += sizes[value.index] }
      reused[position] = overwritten(at: position)
      profile[position] = live - reused[position]
      for value in operands[position] where lastUses[value.index] == position {
        live -= sizes[value.index]
      }
      for value in results[position] where lastUses[value.index] == position {
        live -= sizes[value.index]
      }
    }
  }

  /// Bytes of a tile's results that take over dying operands.
  private func overwritten(at position: Int) -> Int {
    guard isTile[position] else { return 0 }
    var free: [Int] = []
    for value in operands[position]
    where lastUses[value.index] == position && sizes[value.index] > 0 {
      free.append(sizes[value.index])
    }
    guard !free.isEmpty else { return 0 }
    return results[position].reduce(0) { sum, value in
      guard let match = free.firstIndex(of: sizes[value.index]) else { return sum }
      free.remove(at: match)
      return sum + sizes[value.index]
    }
  }
}

// MARK: - Adding nodes

extension LiveBytes {
  /// Puts in a node that computes once more what another one does, for readers to come; all measures are kept up to date.
  ///
  /// - Parameter value: what it computes again.
  /// - Returns: its result.
  mutating func insert(
    _ op: any Operator, _ inputs: [Value], like value: Value, origin: Origin, at position: Int
  ) -> Value {
    let again = graph.makeValue(graph.type(of: value))
    let node = Node(op: op, inputs: inputs, outputs: [again], origin: origin)
    let isView = Self.isView(node, graph)
    holders.append(isView ? holder(of: inputs[0]) : again)
    sizes.append(isView ? 0 : graph.type(of: value).count * graph.type(of: value).element.size)
    isResult.append(false)
    profile.insert(bytes(before: position), at: position)
    graph.nodes.insert(node, at: position)
    index.insert(at: position, reading: inputs)
    operands.insert(Self.operands(inputs, holders), at: position)
    results.insert(isView ? [] : [again], at: position)
    isTile.insert(op is FusedTile, at: position)
    reused.insert(0, at: position)
    for index in lastUses.indices where lastUses[index] >= position { lastUses[index] += 1 }
    lastUses.append(isView ? -1 : position)
    profile[position] += sizes[again.index]
    for operand in operands[position] where lastUses[operand.index] < position {
      setLastUse(of: operand, to: position)
    }
    updateReuse(at: position)
    return again
  }

  /// Lets those who read a value at a position or behind it read another one, which was computed again for them.
  ///
  /// There are no views of the value.
  mutating func read(_ again: Value, insteadOf value: Value, from position: Int) {
    let last = lastUses[value.index]
    index.read(again, insteadOf: value, from: position)
    for reader in index.readers(of: again) {
      graph.nodes[reader].inputs = graph.nodes[reader].inputs.map { $0 == value ? again : $0 }
      operands[reader] = Self.operands(graph.nodes[reader].inputs, holders)
    }
    let producer = index.producer(of: value) ?? -1
    setLastUse(of: value, to: index.readers(of: value).last ?? producer)
    setLastUse(of: again, to: last)
  }

  /// Bytes that are live when a node begins.
  func bytes(before position: Int) -> Int {
    guard profile.indices.contains(position) else { return 0 }
    return profile[position] + reused[position]
      - results[position].reduce(0) { $0 + sizes[$1.index] }
  }

  private mutating func setLastUse(of holder: Value, to last: Int) {
    let old = lastUses[holder.index]
    guard old != last else { return }
    let size = sizes[holder.index]
    lastUses[holder.index] = last
    for position in min(old, last) + 1..<min(max(old, last) + 1, profile.count) {
      profile[position] += last > old ? size : -size
    }
    updateReuse(at: old)
    updateReuse(at: last)
  }

  private mutating func updateReuse(at position: Int) {
    guard profile.indices.contains(position) else { return }
    let bytes = overwritten(at: position)
    profile[position] += reused[position] - bytes
    reused[position] = bytes
  }
}
