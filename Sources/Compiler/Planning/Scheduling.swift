import GraphIR
import Plan

/// Orders the nodes so that little memory is live at any time and states can be updated in place.
///
/// List scheduling in program order, with two exceptions: a node that frees more than it allocates, or allocates next
/// to nothing, goes first (an optimiser's update right behind its gradient), and the writer of a state waits for the readers of its old value. The
/// greedy order is kept only if it needs no more memory than program order.
package let scheduling = Pass(
  "schedule", "orders nodes so that tensors die early and states are updated in place"
) { graph, report throws(Diagnostic) in
  let live = LiveBytes(graph)
  let candidates = Scheduler.Rule.allCases.concurrentMap { rule in
    var scheduler = Scheduler(live, rule)
    var ordered = live.graph
    ordered.nodes = scheduler.order().map { live.graph.nodes[$0] }
    // An order is worth what recomputation will make of it.
    var recomputed = LiveBytes(ordered)
    recomputed.recompute { _ in }
    return (graph: ordered, cost: cost(of: recomputed))
  }
  let costs = candidates.map(\.cost)
  let best = costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
  graph = candidates[best].graph
  report.remark("at most \(costs[best]) bytes are live", at: Origin())
}

/// The most bytes live at any time, plus what states need that cannot be updated in place.
private func cost(of live: LiveBytes) -> Int {
  let order = Array(live.graph.nodes.indices)
  let last = live.lastUses(order)
  let copied = StateVersions(live).reduce(0) { sum, version in
    guard let old = version.old, last[old.index] > version.writer else { return sum }
    let type = live.graph.type(of: version.new)
    return sum + type.count * type.element.size
  }
  return (live.profile(order).max() ?? 0) + copied
}

private struct Scheduler {
  /// Bytes that may be allocated at any time: a few scalars that updates wait for.
  private static let negligible = 64

  /// Which of the ready nodes comes next.
  enum Rule: CaseIterable { case programOrder, greedy, depthFirst }

  private let live: LiveBytes
  private let rule: Rule
  /// For each node, how many operands are still to be computed.
  private var missing: [Int]
  /// For each holder, how many nodes still read it.
  private var unread: [Int]
  /// For each writer of a state, the holders whose readers it lets go first.
  private var awaited: [Int: [Value]] = [:]
  /// Nodes whose operands are there, ascending.
  private var ready: [Int] = []
  /// For each node, how many others had run when its last operand was computed.
  private var readiness: [Int]

  init(_ live: LiveBytes, _ rule: Rule) {
    self.live = live
    self.rule = rule
    missing = live.graph.nodes.map { node in
      Set(node.inputs).count { live.index.producer(of: $0) != nil }
    }
    unread = Array(repeating: 0, count: live.graph.types.count)
    for value in live.operands.joined() { unread[value.index] += 1 }
    for version in StateVersions(live) {
      if let old = version.old { awaited[version.writer, default: []].append(old) }
    }
    readiness = Array(repeating: 0, count: missing.count)
    ready = missing.indices.filter { missing[$0] == 0 }
  }

  mutating func order() -> [Int] {
    var order = [Int]()
    while let position = next() {
      order.append(position)
      for value in live.operands[position] { unread[value.index] -= 1 }
      for output in live.graph.nodes[position].outputs {
        for reader in live.index.readers(of: output) {
          missing[reader] -= 1
          readiness[reader] = order.count
          if missing[reader] == 0 { insert(reader) }
        }
      }
    }
    return order
  }

  private mutating func insert(_ position: Int) {
    ready.insert(position, at: ready.firstIndex { $0 > position } ?? ready.count)
  }

  private mutating func next() -> Int? {
    guard !ready.isEmpty else { return nil }
    let free = ready.indices.filter { !mustWait(ready[$0]) }
    // When every ready node overwrites something that is still to be read, one of them gets memory of its own.
    guard let first = free.first else { return ready.removeFirst() }
    if rule == .programOrder { return ready.remove(at: first) }
    let growths = free.map { (growth: growth(of: ready[$0]), place: $0) }
    let best = growths.min { ($0.growth, $0.place) < ($1.growth, $1.place) }
    if let best, best.growth < Self.negligible { return ready.remove(at: best.place) }
    if rule == .greedy { return ready.remove(at: first) }
    let latest = free.max { (readiness[ready[$0]], $1) < (readiness[ready[$1]], $0) }
    return ready.remove(at: latest ?? first)
  }

  private func mustWait(_ position: Int) -> Bool {
    awaited[position, default: []].contains { old in
      unread[old.index] > (live.operands[position].contains(old) ? 1 : 0)
    }
  }

  /// Bytes that a node allocates, less what it frees.
  private func growth(of position: Int) -> Int {
    let allocated = live.results[position].reduce(0) { $0 + live.sizes[$1.index] }
    let freed = live.operands[position].reduce(0) { sum, value in
      unread[value.index] == 1 && !live.isResult[value.index]
        ? sum + live.sizes[value.index] : sum
    }
    return allocated - freed
  }
}
