import GraphIR
import Plan

/// Orders the nodes so that little memory is live at any time and states can be updated in place.
///
/// List scheduling by three rules, of which the one that needs the least memory is kept. In all of them the writer of a
/// state waits for the readers of its old value.
///
/// - In program order.
/// - By growth: a node that frees more than it allocates, or allocates next to nothing, goes first, such as an
///   optimiser's update; else program order.
/// - Depth first: so do a gradient and its update together; else the node goes first whose operands, or whose waiting
///   reader's, were computed last. Branches that do not need each other are computed in turn, back to their gradients.
package let scheduling = Pass(
  "schedule", "orders nodes so that tensors die early and states are updated in place"
) { graph, report throws(Diagnostic) in
  let live = LiveBytes(graph)
  let candidates = Scheduler.Rule.allCases.concurrentMap { rule in
    var scheduler = Scheduler(live, rule)
    var ordered = live.reordered(scheduler.order())
    ordered = ordered.reordered(sunk(ordered))
    // An order is worth what recomputation will make of it.
    var recomputed = ordered
    recomputed.recompute { _ in }
    return (graph: ordered.graph, cost: cost(of: recomputed))
  }
  let costs = candidates.map(\.cost)
  let best = costs.indices.min { (costs[$0], $0) < (costs[$1], $1) } ?? 0
  graph = candidates[best].graph
  let others = zip(Scheduler.Rule.allCases, costs).map { "\($1) \($0.rawValue)" }
  report.remark(
    "at most \(costs[best]) bytes are live (\(others.joined(separator: ", ")))", at: Origin())
}

/// The order in which nodes that read only what stays in memory anyway, such as copies of parts of a weight, stand right in
/// front of their first readers.
private func sunk(_ live: LiveBytes) -> [Int] {
  let graph = live.graph
  let lasting = LastingValues(live)
  /// Where each node goes, and the last place that reads each holder.
  var places = Array(graph.nodes.indices)
  var last = [Int](repeating: -1, count: graph.types.count)
  for position in graph.nodes.indices.reversed() {
    let outputs = graph.nodes[position].outputs
    let readers = outputs.flatMap(live.index.readers(of:))
    if let first = readers.map({ places[$0] }).min(),
      !outputs.contains(where: { live.index.isResult[$0.index] }),
      live.operands[position].allSatisfy({ operand in
        lasting.lasts(operand, until: first, in: live) { places[$0] }
          ?? (last[operand.index] >= first)
      })
    {
      places[position] = first
    }
    for operand in live.operands[position] {
      last[operand.index] = max(last[operand.index], places[position])
    }
  }
  return graph.nodes.indices.sorted { (places[$0], $0) < (places[$1], $1) }
}

/// The most bytes live at any time, plus what states need that cannot be updated in place.
private func cost(of live: LiveBytes) -> Int {
  let copied = StateVersions(live).reduce(0) { sum, version in
    guard let old = version.old, live.lastUses[old.index] > version.writer else { return sum }
    let type = live.graph.type(of: version.new)
    return sum + type.count * type.element.size
  }
  return live.peak + copied
}

private struct Scheduler {
  /// Bytes that may be allocated at any time: a few scalars that updates wait for.
  private static let negligible = 64
  /// Bytes that are worth hurrying for when they wait.
  private static let worthHurrying = 64 << 10
  /// Nodes that may be hurried for one that waits.
  private static let mostDemanded = 12

  /// Which of the ready nodes comes next.
  enum Rule: String, CaseIterable {
    case programOrder = "in program order"
    case greedy = "by growth"
    case depthFirst = "depth first"
  }

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
  /// For each node, how many others had run when the last of its operands so far was computed.
  private var touched: [Int]
  /// For each node, how many others had run when something was computed that waits for it, directly or not.
  private var demand: [Int]
  private var isDone: [Bool]

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
    touched = Array(repeating: 0, count: missing.count)
    demand = touched
    isDone = Array(repeating: false, count: missing.count)
    ready = missing.indices.filter { missing[$0] == 0 }
  }

  mutating func order() -> [Int] {
    var order = [Int]()
    while let position = next() {
      order.append(position)
      isDone[position] = true
      for value in live.operands[position] { unread[value.index] -= 1 }
      for output in live.graph.nodes[position].outputs {
        for reader in live.index.readers(of: output) {
          missing[reader] -= 1
          touched[reader] = order.count
          if missing[reader] == 0 {
            insert(reader)
          } else if live.sizes[live.holder(of: output).index] >= Self.worthHurrying {
            raiseDemand(of: reader, at: order.count)
          }
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
    let growths = free.map { place in
      (
        growth: rule == .greedy ? growth(of: ready[place]) : settledGrowth(of: ready[place]),
        place: place
      )
    }
    let best = growths.min { ($0.growth, $0.place) < ($1.growth, $1.place) }
    if let best, best.growth < Self.negligible { return ready.remove(at: best.place) }
    if rule == .greedy { return ready.remove(at: first) }
    let latest = free.max { left, right in
      let (left, right) = (ready[left], ready[right])
      return (max(touched[left], demand[left]), touched[left], right)
        < (max(touched[right], demand[right]), touched[right], left)
    }
    return ready.remove(at: latest ?? first)
  }

  private func mustWait(_ position: Int) -> Bool {
    awaited[position, default: []].contains { old in
      unread[old.index] > (live.operands[position].contains(old) ? 1 : 0)
    }
  }

  /// Notes that a node has begun to wait for others, if these are few.
  ///
  /// So that what a branch needs besides, such as a part of a weight, is not left until all other branches have begun;
  /// the other branches themselves can wait.
  private mutating func raiseDemand(of position: Int, at time: Int) {
    guard rule == .depthFirst else { return }
    var waiting = [position]
    var seen = 0
    while seen < waiting.count {
      for input in live.graph.nodes[waiting[seen]].inputs {
        guard let producer = live.index.producer(of: input), !isDone[producer],
          !waiting.contains(producer)
        else { continue }
        guard waiting.count <= Self.mostDemanded else { return }
        waiting.append(producer)
      }
      seen += 1
    }
    for producer in waiting.dropFirst() { demand[producer] = time }
  }

  /// What a node and a reader that waits for it alone grow by together: a gradient's and its update's.
  private func settledGrowth(of position: Int) -> Int {
    let growth = growth(of: position)
    let readers = Set(live.graph.nodes[position].outputs.flatMap(live.index.readers(of:)))
    guard readers.count == 1, let reader = readers.first, missing[reader] == 1 else {
      return growth
    }
    return growth + self.growth(of: reader)
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
