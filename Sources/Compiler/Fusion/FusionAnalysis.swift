import GraphIR
import Plan

/// Decides which values of a graph are stored and which live in registers of the groups that read them.
///
/// The aim is to save one tensor a convolution, its raw output y: everything that follows from y by a few cheap
/// instructions and per-channel numbers is computed again where it is needed. In terms of the graph:
///
/// - Stored are values that something other than a tile group reads, results of the program, and reductions.
/// - A value smaller than its reader's iteration space is stored: it is not recomputed for every element.
/// - A value with one reader is not stored, unless that releases several operands while the reader waits for another:
///   gradients of several branches add up as they come.
/// - A value with several readers is stored if it is dear (instructions, full-size operands) or if repeating it would
///   keep more than one other tensor alive for longer.
struct FusionAnalysis {
  enum Role { case elementwise, reduction, squeeze, opaque }

  /// What the group that computes a node would contain, were it cut nowhere but at stored values.
  struct Cone {
    /// Positions of the nodes, ascending.
    var nodes: [Int] = []
    /// Stored values read, ascending.
    var leaves: [Value] = []
    var instructions = 0
    var expensive = 0
  }

  let graph: Graph
  let index: GraphIndex
  let updates: UpdateIndex
  let policy: FusionPolicy
  let roles: [Role]
  /// Instructions of each node by itself, and how many of them are expensive.
  private let costs: [(instructions: Int, expensive: Int)]
  private(set) var cones: [Cone]
  private(set) var isStored: [Bool]
  /// Values stored so that their operands can die before the one reader runs, which must not join their group.
  private(set) var partialSums: Set<Value> = []
  /// The position of the last opaque node that a value depends on, -1 if it depends on none.
  private var availability: [Int]
  /// The last position at which a value is needed, in view of what was decided so far.
  private var lastUse: [Int]

  init(_ graph: Graph, policy: FusionPolicy) {
    self.graph = graph
    self.policy = policy
    index = GraphIndex(graph)
    updates = UpdateIndex(graph, index)
    roles = graph.nodes.map { node in
      let role = Self.role(of: node, in: graph)
      return policy.isIsolating && role == .squeeze ? .opaque : role
    }
    costs = graph.nodes.map(Self.cost)
    cones = Array(repeating: Cone(), count: graph.nodes.count)
    isStored = Array(repeating: true, count: graph.types.count)
    lastUse = index.readers.map { $0.last ?? -1 }
    availability = Array(repeating: -1, count: graph.types.count)
    for (position, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.map { availability[$0.index] }.max() ?? -1
      for output in node.outputs {
        availability[output.index] = roles[position] == .opaque ? position : inputs
      }
    }
    for input in graph.inputs { lastUse[input.value.index] = .max }
    if !policy.isIsolating { findForced() }
    for position in graph.nodes.indices { decide(position) }
  }

  /// The value whose memory a value shares: the source of reshapes that only add or drop axes of extent 1.
  func source(of value: Value) -> Value {
    var value = value
    while let producer = index.producer(of: value), roles[producer] == .squeeze {
      value = graph.nodes[producer].inputs[0]
    }
    return value
  }

  func count(_ value: Value) -> Int { graph.type(of: value).count }

  /// The iteration space of a node's group, with its axes of extent 1.
  func iterationShape(of position: Int) -> [Int] {
    let node = graph.nodes[position]
    return graph.type(of: roles[position] == .reduction ? node.inputs[0] : node.outputs[0]).shape
  }

  /// Whether a value is computed in a register wherever it is read.
  func isInlined(_ value: Value) -> Bool { !isStored[value.index] }
}

// MARK: - What a node is

extension FusionAnalysis {
  /// Whether only a tile can compute the node.
  static func isLoweredToTile(_ node: Node, in graph: Graph) -> Bool {
    let role = role(of: node, in: graph)
    return role == .elementwise || role == .reduction
  }

  private static func role(of node: Node, in graph: Graph) -> Role {
    let types = (node.inputs + node.outputs).map(graph.type(of:))
    switch node.op {
    case is any ElementwiseOperator, is any ReadOperator:
      return types.allSatisfy(\.element.isReal) ? .elementwise : .opaque
    case is any ReductionOperator:
      return types.allSatisfy(\.element.isReal) ? .reduction : .opaque
    case is any ReshapeOperator:
      return types[0].shape.squeezed == types[1].shape.squeezed ? .squeeze : .opaque
    default:
      return .opaque
    }
  }

  private static func cost(of node: Node) -> (instructions: Int, expensive: Int) {
    guard let op = node.op as? any ElementwiseOperator else { return (0, 0) }
    var body = TileBody()
    let operands = node.inputs.map { _ in body.load() }
    _ = op.emit(operands, into: &body)
    let opcodes = body.items.map(\.opcode).filter { $0 != .constant }
    return (opcodes.count, opcodes.count(where: \.isExpensive))
  }

  /// Marks as unstored whatever may live in registers: elementwise values that only tile groups read.
  private mutating func findForced() {
    var isForced = index.isResult
    for position in graph.nodes.indices.reversed() {
      let node = graph.nodes[position]
      switch roles[position] {
      case .opaque:
        for input in node.inputs { isForced[input.index] = true }
      case .squeeze where isForced[node.outputs[0].index]:
        isForced[node.inputs[0].index] = true
      case .elementwise, .reduction, .squeeze:
        break
      }
    }
    for (position, node) in graph.nodes.enumerated() where roles[position] == .elementwise {
      for output in node.outputs { isStored[output.index] = isForced[output.index] }
    }
  }
}

// MARK: - Deciding

extension FusionAnalysis {
  private mutating func decide(_ position: Int) {
    guard roles[position] == .elementwise || roles[position] == .reduction else { return }
    cones[position] = cone(of: position)
    while isTooLarge(cones[position]), let dearest = dearestOperand(of: position) {
      isStored[dearest.index] = true
      cones[position] = cone(of: position)
    }
    guard roles[position] == .elementwise else { return }
    for output in graph.nodes[position].outputs where isInlined(output) {
      let readers = tileReaders(of: output)
      guard let last = readers.last else { continue }
      if shouldStore(output, position, readers) {
        isStored[output.index] = true
        if readers.count == 1, iterationShape(of: last) == graph.type(of: output).shape {
          partialSums.insert(output)
        }
      } else {
        for leaf in cones[position].leaves {
          lastUse[leaf.index] = max(lastUse[leaf.index], last)
        }
      }
    }
  }

  private func isTooLarge(_ cone: Cone) -> Bool {
    cone.instructions > policy.maxInstructions || cone.leaves.count > policy.maxLoads
  }

  private func dearestOperand(of position: Int) -> Value? {
    graph.nodes[position].inputs.map(source).filter { isInlined($0) }.max {
      (size(of: $0), $1.index) < (size(of: $1), $0.index)
    }
  }

  private func size(of value: Value) -> Int {
    guard let producer = index.producer(of: value) else { return 0 }
    return cones[producer].instructions + cones[producer].leaves.count
  }

  private func cone(of position: Int) -> Cone {
    var nodes: Set<Int> = [position]
    var leaves: Set<Value> = []
    for input in graph.nodes[position].inputs.map(source) {
      if isInlined(input), let producer = index.producer(of: input) {
        nodes.formUnion(cones[producer].nodes)
        leaves.formUnion(cones[producer].leaves)
      } else {
        leaves.insert(input)
      }
    }
    return cone(nodes, leaves)
  }

  private func cone(_ nodes: Set<Int>, _ leaves: Set<Value>) -> Cone {
    var cone = Cone(nodes: nodes.sorted(), leaves: leaves.sorted())
    for node in cone.nodes {
      cone.instructions += costs[node].instructions
      cone.expensive += costs[node].expensive
    }
    return cone
  }

  /// All nodes that read a value, also through reshapes of its axes of extent 1.
  func directReaders(of value: Value) -> [Int] {
    index.readers(of: value).flatMap { reader in
      roles[reader] == .squeeze ? directReaders(of: graph.nodes[reader].outputs[0]) : [reader]
    }
  }

  /// Elementwise and reduction nodes that read a value, also through reshapes of its axes of extent 1.
  private func tileReaders(of value: Value) -> [Int] {
    directReaders(of: value).filter { roles[$0] != .opaque }.sorted()
  }

  private func shouldStore(_ value: Value, _ position: Int, _ readers: [Int]) -> Bool {
    let cone = cones[position]
    guard cone.instructions > 0 else { return false }
    if readers.contains(where: { isWorthStoring(value, cone, against: $0) }) { return true }
    guard readers.count > 1 else { return isPartialSum(value, position, before: readers[0]) }
    if cone.instructions > policy.maxRepeatedInstructions { return true }
    guard count(value) > policy.smallCount else { return false }
    if cone.expensive > 0, readers.count > policy.maxExpensiveCopies { return true }
    let operands = cone.leaves.filter { isFullSize($0, count(value)) }
    // Nodes of one expression stand side by side: a use a few positions later is no longer life.
    let slack = 16
    let prolonged = operands.count {
      lastUse[$0.index] < (readers.last ?? 0) - slack
    }
    return operands.count > policy.maxRepeatedOperands || prolonged > 1
  }

  /// Whether storing a value sets free several operands long before its reader can run.
  private func isPartialSum(_ value: Value, _ position: Int, before reader: Int) -> Bool {
    guard count(value) > policy.smallCount else { return false }
    let freed = cones[position].leaves.count { leaf in
      count(leaf) == count(value) && index.producer(of: leaf) != nil
        && lastUse[leaf.index] <= position
    }
    guard freed > 1 else { return false }
    return graph.nodes[reader].inputs.contains {
      availability[$0.index] > availability[value.index]
    }
  }

  /// Whether a reader walks a larger space than the value's own, over which the value would be computed repeatedly.
  private func isWorthStoring(_ value: Value, _ cone: Cone, against reader: Int) -> Bool {
    let space = iterationShape(of: reader).reduce(1, *)
    guard space > count(value), space > policy.smallCount else { return false }
    guard let read = graph.nodes[reader].op as? any ReadOperator else { return true }
    let isUpsampling = read.divisors(rank: iterationShape(of: reader).count).contains { $0 > 1 }
    return !isUpsampling || cone.expensive > 0 || space > count(value) * policy.maxUpsampling
  }

  private func isFullSize(_ leaf: Value, _ space: Int) -> Bool {
    count(leaf) > max(policy.smallCount, space / 16)
  }
}

// MARK: - Groups

extension FusionAnalysis {
  /// The cone of a group without those operands that follow cheaply from its other operands.
  ///
  /// A backward group that reads the raw output y of a convolution and its activation z computes z from y.
  ///
  /// - Returns: the smaller cone, and the stored values that it computes again.
  func reduced(_ cone: Cone, over space: Int) -> (cone: Cone, recomputed: Set<Value>) {
    var cone = cone
    var recomputed: Set<Value> = []
    guard !policy.isIsolating else { return (cone, []) }
    for leaf in cone.leaves where count(leaf) == space && count(leaf) > policy.smallCount {
      guard let producer = index.producer(of: leaf), roles[producer] == .elementwise else {
        continue
      }
      let inner = cones[producer]
      guard inner.expensive == 0, inner.instructions <= policy.maxRepeatedInstructions else {
        continue
      }
      let others = Set(cone.leaves).subtracting([leaf])
      guard inner.leaves.allSatisfy({ others.contains($0) || !isFullSize($0, space) }) else {
        continue
      }
      let smaller = self.cone(Set(cone.nodes).union(inner.nodes), others.union(inner.leaves))
      if isTooLarge(smaller) { continue }
      cone = smaller
      recomputed.insert(leaf)
    }
    return (cone, recomputed)
  }

  /// The cone that two groups have together, if it is small enough for one.
  func union(_ left: Cone, _ right: Cone, without atHand: Set<Value>) -> Cone? {
    let leaves = Set(left.leaves).union(right.leaves).subtracting(atHand)
    let both = cone(Set(left.nodes).union(right.nodes), leaves)
    return isTooLarge(both) ? nil : both
  }
}

extension TileOpcode {
  /// Costs about as much as a dozen additions.
  fileprivate var isExpensive: Bool {
    switch self {
    case .exp, .log, .tanh, .sigmoid, .softplus, .erf, .sin, .cos, .power: true
    default: false
    }
  }
}
