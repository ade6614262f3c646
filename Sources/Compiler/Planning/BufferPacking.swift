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
  package private(set) var arena: Int
  /// The largest sum of sizes that are in use during one call.
  package let lowerBound: Int
  package private(set) var heuristic = "none"

  /// Packs by several heuristics and keeps the best.
  package init(_ buffers: [Buffer]) {
    lowerBound = Self.lowerBound(of: buffers)
    offsets = Array(repeating: 0, count: buffers.count)
    arena = buffers.isEmpty ? 0 : .max
    let packer = BufferPacker(buffers)
    var best = [Int]()
    for order in PackingOrder.allCases where arena > lowerBound {
      let candidate = order.sorted(buffers)
      for fit in [BufferPacker.Fit.best, .first] {
        if keepIfBetter(packer.pack(candidate, fit), "\(order.rawValue), \(fit.rawValue) fit") {
          best = candidate
        }
      }
    }
    search(packer, from: best, buffers)
  }

  private mutating func keepIfBetter(_ packed: (offsets: [Int], arena: Int), _ name: String) -> Bool
  {
    guard packed.arena < arena else { return false }
    (offsets, arena) = packed
    heuristic = name
    return true
  }

  /// Looks for an order that packs the largest buffers tighter, then smaller and smaller ones around them.
  ///
  /// Small buffers fill gaps in almost any order, so that the few large ones are worth most of the work.
  private mutating func search(_ packer: BufferPacker, from start: [Int], _ buffers: [Buffer]) {
    var random = LinearCongruence()
    for _ in 0..<Self.attempts {
      for fit in [BufferPacker.Fit.best, .first] {
        var order = start
        for share in Self.shares where !isTight {
          func isLarge(_ index: Int) -> Bool { buffers[index].size >= lowerBound / share }
          var search = PackingSearch(packer, order: order.filter(isLarge), goal: lowerBound)
          search.run(work: Self.searchBudget, fit, &random)
          order = search.order + order.filter { !isLarge($0) }
          _ = keepIfBetter(packer.pack(order, fit), "search, \(fit.rawValue) fit")
        }
      }
    }
  }

  /// How often the search begins anew, each time by another way.
  private static let attempts = 4
  /// Whether no search could win anything that matters: a sixty-fourth of the lower bound.
  private var isTight: Bool { arena - lowerBound <= lowerBound / 64 }

  /// The search takes buffers of at least these shares of the lower bound.
  private static let shares = [200, 1000]
  /// Work of one search, in pairs of conflicting buffers looked at.
  private static let searchBudget = 1_000_000

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

extension Buffer {
  /// The size times a root of the lifetime, the square root or its square root.
  fileprivate func weight(root: Int) -> Double {
    let lifetime = Double(end - start + 1).squareRoot()
    return Double(size) * (root == 2 ? lifetime : lifetime.squareRoot())
  }
}

/// The orders in which buffers are placed.
private enum PackingOrder: String, CaseIterable {
  case bySize = "largest first"
  case byFadingArea = "largest size × lifetime^¼ first"
  case byRootArea = "largest size × lifetime^½ first"
  case byArea = "largest size × lifetime first"
  case byLifetime = "longest lived first"
  case byStart = "execution order"
  case byPressure = "fullest call first"

  func sorted(_ buffers: [Buffer]) -> [Int] {
    let keys = keys(buffers)
    return buffers.indices.sorted { left, right in
      keys[left] == keys[right] ? left < right : keys[left].lexicographicallyPrecedes(keys[right])
    }
  }

  /// Sort keys, the smallest first.
  private func keys(_ buffers: [Buffer]) -> [[Int]] {
    switch self {
    case .bySize: buffers.map { [-$0.size, $0.start] }
    case .byArea: buffers.map { [-$0.size * ($0.end - $0.start + 1), -$0.size] }
    case .byFadingArea: buffers.map { [-Int($0.weight(root: 4)), $0.start] }
    case .byRootArea: buffers.map { [-Int($0.weight(root: 2)), $0.start] }
    case .byLifetime: buffers.map { [$0.start - $0.end, -$0.size] }
    case .byStart: buffers.map { [$0.start, -$0.size] }
    case .byPressure: pressureKeys(buffers)
    }
  }

  /// Buffers of the call with the most live bytes first, as in greedy-by-breadth.
  private func pressureKeys(_ buffers: [Buffer]) -> [[Int]] {
    var changes = [Int](repeating: 0, count: (buffers.map(\.end).max() ?? 0) + 2)
    for buffer in buffers {
      changes[buffer.start] += buffer.size
      changes[buffer.end + 1] -= buffer.size
    }
    var live = 0
    let pressure = changes.map { change in
      live += change
      return live
    }
    return buffers.map { [-(pressure[$0.start...$0.end].max() ?? 0), -$0.size] }
  }
}
