import GraphIR
import Plan

/// Computes small updates of states in one call.
///
///     %6, %7 = fused_tile(%m, %dw, %w, %rate) {extent: [64], …}
///     …
///     %8, %9 = fused_tile(%n, %db, %b, %rate) {extent: [3], …}
///
/// becomes, where the last of them stood,
///
///     %6, %7, %8, %9 = tile_list(%m, %dw, %w, %rate, %n, %db, %b, %rate) {tiles: "64: … | 3: …"}
///
/// A network has dozens of biases and gains; the update of one is over before a second thread has begun. Each update
/// waits for the last of its list, at most until somebody reads what it computes or replaces what it reads. Its gradient
/// waits as well, so the pass goes behind those that settle what is live when, and never makes more live than was at the
/// worst time.
///
/// Nothing has to lie beside anything else for it: weights stay states by themselves, and gradients lie where there is
/// room.
package let updateBatching = Pass(
  "update-batching", "computes small updates of weights in one call where gradients can wait"
) { graph, report throws(Diagnostic) in
  var batching = UpdateBatching(LiveBytes(graph))
  batching.run(&report)
  graph = batching.graph
}

private struct UpdateBatching {
  /// Numbers of one update from which on all threads have work by it alone.
  private static let largeCount = 32768
  private let live: LiveBytes
  private let peak: Int
  /// Bytes live while each node runs, those that wait for a list included.
  private var profile: [Int]
  private(set) var graph: Graph

  init(_ live: LiveBytes) {
    self.live = live
    graph = live.graph
    profile = live.profile
    peak = live.peak
  }

  mutating func run(_ report: inout PassReport) {
    var lists: [[SmallUpdate]] = []
    for group in groups(of: candidates(&report)) { lists += divided(group, &report) }
    var isMoved = [Bool](repeating: false, count: graph.nodes.count)
    for list in lists where list.count > 1 {
      let place = list[list.count - 1].position
      for update in list { isMoved[update.position] = update.position != place }
      graph.nodes[place] = node(of: list)
      let numbers = list.reduce(0) { $0 + $1.count }
      let waiting = list.dropLast().reduce(0) { $0 + $1.waiting }
      report.applied(
        "\(list.count) updates of \(numbers) numbers are one call, for which \(waiting) bytes wait",
        at: graph.nodes[place].origin)
    }
    graph.nodes = graph.nodes.indices.filter { !isMoved[$0] }.map { graph.nodes[$0] }
  }

  // MARK: Which

  private func candidates(_ report: inout PassReport) -> [SmallUpdate] {
    let updates = UpdateIndex(graph, live.index)
    let lasting = LastingValues(live)
    let results = Set(graph.stateUpdates.map(\.value))
    return graph.nodes.indices.compactMap { position in
      let node = graph.nodes[position]
      guard updates.isUpdate(position), let tile = node.op as? FusedTile, tile.reductions.isEmpty,
        node.outputs.allSatisfy(results.contains)
      else { return nil }
      let update = SmallUpdate(position, tile, in: live, lasting)
      guard update.count < Self.largeCount else {
        report.refused(
          "put the update of \(update.count) numbers into a list",
          because: "it is enough work for all threads", at: node.origin)
        return nil
      }
      return update
    }
  }

  /// Updates that can all wait for the last of each group, by as few groups as there can be.
  ///
  /// An update may stand anywhere from where it is to its deadline. Of these intervals the one that ends first shares its end
  /// with as many others as any point of it does.
  private func groups(of candidates: [SmallUpdate]) -> [[SmallUpdate]] {
    var groups: [[SmallUpdate]] = []
    var rest = candidates
    while let end = rest.map(\.deadline).min() {
      groups.append(rest.filter { $0.position < end })
      rest.removeAll { $0.position < end }
    }
    return groups
  }

  /// Cuts a group where its gradients would wait at the price of memory.
  private mutating func divided(
    _ group: [SmallUpdate], _ report: inout PassReport
  ) -> [[SmallUpdate]] {
    var lists: [[SmallUpdate]] = []
    var list: [SmallUpdate] = []
    for update in group {
      if let reason = reason(against: update, joining: list) {
        if !list.isEmpty {
          report.refused(
            "put the update of \(update.count) numbers into the list before it", because: reason,
            at: graph.nodes[update.position].origin)
          lists.append(closed(list))
        }
        list = []
      }
      list.append(update)
    }
    lists.append(closed(list))
    if group.count == 1 {
      report.refused(
        "put the update of \(group[0].count) numbers into a list",
        because: "its results are read before another update is ready",
        at: graph.nodes[group[0].position].origin)
    }
    return lists
  }

  private func reason(against update: SmallUpdate, joining list: [SmallUpdate]) -> String? {
    guard let last = list.last else { return nil }
    guard list.count < TileListCall.limit else { return "that has \(list.count) tiles" }
    let waiting = list.reduce(0) { $0 + $1.waiting }
    let most = profile[(last.position + 1)...update.position].max() ?? 0
    return most + waiting > peak ? "its gradients would wait while memory is short" : nil
  }

  /// Counts what waits for a list, which gets no more tiles.
  private mutating func closed(_ list: [SmallUpdate]) -> [SmallUpdate] {
    guard let place = list.last?.position else { return list }
    for update in list.dropLast() {
      for position in update.position + 1...place { profile[position] += update.waiting }
    }
    return list
  }

  // MARK: Making the list

  private func node(of list: [SmallUpdate]) -> Node {
    let nodes = list.map { live.graph.nodes[$0.position] }
    return Node(
      op: TileList(tiles: nodes.compactMap { $0.op as? FusedTile }),
      inputs: nodes.flatMap(\.inputs), outputs: nodes.flatMap(\.outputs),
      origin: Origin(location: nodes[0].origin.location, path: commonPath(nodes.map(\.origin.path)))
    )
  }

  /// What the paths have in common, up to a whole name; the first of them if that is nothing.
  private func commonPath(_ paths: [String]) -> String {
    let first = paths[0]
    if paths.allSatisfy({ $0 == first }) { return first }
    let shared = paths.reduce(first) { shared, path in
      String(zip(shared, path).prefix { $0 == $1 }.map(\.0))
    }
    return shared.lastIndex { "./".contains($0) }.map { String(shared[..<$0]) }
      ?? "\(first) and others"
  }
}

/// A tile that computes new values of states and nothing else.
private struct SmallUpdate {
  let position: Int
  /// Points of its iteration space.
  let count: Int
  /// The first node that reads a result, or writes over a state that the update reads; the number of nodes if there is none.
  let deadline: Int
  /// Bytes of operands that are live no longer than it is.
  let waiting: Int

  init(_ position: Int, _ tile: FusedTile, in live: LiveBytes, _ lasting: LastingValues) {
    self.position = position
    count = tile.extent.reduce(1, *)
    let readers = live.graph.nodes[position].outputs.flatMap(live.index.readers(of:))
    let writers = live.operands[position].compactMap { lasting.writer(over: $0, in: live) }
    deadline = (readers + writers).filter { $0 > position }.min() ?? live.graph.nodes.count
    waiting = live.operands[position].reduce(0) { sum, operand in
      live.lastUses[operand.index] == position ? sum + live.sizes[operand.index] : sum
    }
  }
}
