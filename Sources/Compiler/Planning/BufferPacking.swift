/// A stretch of memory and the calls during which it is in use, both ends included.
package struct Buffer: Sendable, Hashable {
  /// Bytes.
  package var size: Int
  package var start: Int
  package var end: Int

  package init(size: Int, start: Int, end: Int) {
    self.size = size
    self.start = start
    self.end = end
  }

  func overlaps(_ other: Buffer) -> Bool { start <= other.end && other.start <= end }
}

/// Offsets for a set of buffers such that no two overlap in time and memory.
package struct BufferPacking: Sendable {
  package private(set) var offsets: [Int]
  package private(set) var arena = 0
  /// The largest sum of sizes that are in use during one call.
  package let lowerBound: Int
  /// How the largest buffers were placed.
  package private(set) var heuristic = "none"

  private let buffers: [Buffer]

  /// Packs the largest buffers as tightly as it can, then smaller ones around them, then the rest into gaps.
  ///
  /// Small buffers fit almost anywhere, so that the large ones are worth almost all of the work.
  package init(_ buffers: [Buffer]) {
    self.buffers = buffers
    lowerBound = Self.lowerBound(of: buffers)
    offsets = Array(repeating: 0, count: buffers.count)
    var order: [Int] = []
    for share in Self.shares {
      let least = lowerBound / share
      order = place(buffers.indices.filter { buffers[$0].size >= least }, behind: order)
    }
    fill(around: order)
  }

  /// Buffers of at least these shares of the lower bound are placed first.
  private static let shares = [400, 1000]

  // MARK: Large buffers

  /// Places buffers by the best of several orders, or a better one that is found from there.
  ///
  /// - Parameter first: some of the buffers, which come first in all of them.
  /// - Returns: the order.
  private mutating func place(_ chosen: [Int], behind first: [Int]) -> [Int] {
    guard chosen.count > first.count else { return first }
    let starts = starts(chosen, behind: first)
    var best = starts[0]
    var random = LinearCongruence()
    for attempt in 0..<Self.attempts where best.packer.arena > goal {
      let start = starts[attempt % min(starts.count, Self.promising)]
      var search = PackingSearch(start.packer, goal: goal)
      search.run(work: Self.attemptBudget, &random)
      if search.packer.arena < best.packer.arena {
        best = (search.packer, "search from \(start.name)")
      }
    }
    for (place, index) in chosen.enumerated() { offsets[index] = best.packer.offsets[place] }
    arena = best.packer.arena
    if first.isEmpty { heuristic = best.name }
    return best.packer.order.map { chosen[$0] }
  }

  /// How often the search begins anew, from the most promising orders in turn: many short searches find more than one
  /// long one.
  private static let (attempts, promising) = (64, 8)
  /// Work of one attempt, in pairs of conflicting buffers looked at.
  private static let attemptBudget = 150_000
  /// What a search is content with.
  private var goal: Int { lowerBound + lowerBound / 256 }

  /// The buffers in several orders, the tightest first.
  private func starts(
    _ chosen: [Int], behind first: [Int]
  ) -> [(packer: BufferPacker, name: String)] {
    let packer = BufferPacker(chosen.map { buffers[$0] })
    let bound = Self.lowerBound(of: packer.buffers)
    let isFirst = Set(first)
    let placeOf = Dictionary(uniqueKeysWithValues: zip(chosen, chosen.indices))
    let ahead = first.compactMap { placeOf[$0] }
    var starts: [(packer: BufferPacker, name: String)] = []
    for order in PackingOrder.allCases {
      let behind = order.sorted(packer.buffers).filter { !isFirst.contains(chosen[$0]) }
      for fit in BufferPacker.Fit.allCases {
        var packed = packer
        packed.pack(ahead + behind, fit)
        starts.append((packed, "\(order.rawValue), \(fit.rawValue) fit"))
        if packed.arena == bound { return [starts[starts.count - 1]] }
      }
    }
    let arenas = starts.map(\.packer.arena)
    return starts.indices.sorted { (arenas[$0], $0) < (arenas[$1], $1) }.map { starts[$0] }
  }

  // MARK: Small buffers

  /// Places the other buffers, the largest first, where they fit best.
  private mutating func fill(around order: [Int]) {
    var placed = order.sorted { offsets[$0] < offsets[$1] }
    let isPlaced = Set(order)
    let rest = buffers.indices.filter { !isPlaced.contains($0) }
    var rivals: [PackedRange] = []
    for index in rest.sorted(by: { (-buffers[$0].size, $0) < (-buffers[$1].size, $1) }) {
      rivals.removeAll(keepingCapacity: true)
      for other in placed where buffers[other].overlaps(buffers[index]) {
        rivals.append(
          PackedRange(offset: offsets[other], end: offsets[other] + buffers[other].size))
      }
      offsets[index] = rivals.gap(for: buffers[index].size, .best)
      arena = max(arena, offsets[index] + buffers[index].size)
      let place = placed.firstIndex { offsets[$0] >= offsets[index] } ?? placed.count
      placed.insert(index, at: place)
    }
  }

  // MARK: Bound

  private static func lowerBound(of buffers: [Buffer]) -> Int {
    var changes: [(time: Int, bytes: Int)] = []
    for buffer in buffers {
      changes.append((2 * buffer.start, buffer.size))
      changes.append((2 * buffer.end + 1, -buffer.size))
    }
    var live = 0
    var most = 0
    for change in changes.sorted(by: { ($0.time, $0.bytes) < ($1.time, $1.bytes) }) {
      live += change.bytes
      most = max(most, live)
    }
    return most
  }
}
