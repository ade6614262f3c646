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
    let packer = Packer(buffers)
    var best = [Int]()
    for order in PackingOrder.allCases where arena > lowerBound {
      let candidate = order.sorted(buffers)
      for fit in [Packer.Fit.best, .first] {
        if keepIfBetter(packer.pack(candidate, fit), "\(order.rawValue), \(fit.rawValue) fit") {
          best = candidate
        }
      }
    }
    climb(packer, from: best, buffers)
  }

  private mutating func keepIfBetter(_ packed: (offsets: [Int], arena: Int), _ name: String) -> Bool
  {
    guard packed.arena < arena else { return false }
    (offsets, arena) = packed
    heuristic = name
    return true
  }

  /// The work spent on improving a packing, in pairs of conflicting buffers looked at.
  private static let climbingBudget = 4_000_000

  /// Moves a buffer at the arena's end ahead of one that stands in its way, as long as that does not make it worse.
  private mutating func climb(_ packer: Packer, from start: [Int], _ buffers: [Buffer]) {
    var order = start
    var random = LinearCongruence()
    let rounds = Self.climbingBudget / max(packer.conflictCount, 1)
    for _ in 0..<min(rounds, 400) where arena > lowerBound {
      let top = buffers.indices.filter { offsets[$0] + buffers[$0].size == arena }
      guard let mover = top.first else { return }
      let rivals = packer.conflicts[mover]
      guard !rivals.isEmpty else { return }
      let rival = rivals[random.next(below: rivals.count)]
      var trial = order
      guard let from = trial.firstIndex(of: mover), let to = trial.firstIndex(of: rival) else {
        return
      }
      trial.swapAt(from, to)
      let packed = packer.pack(trial, .best)
      if packed.arena <= arena {
        order = trial
        if packed.arena < arena { heuristic = "hill climb" }
        (offsets, arena) = packed
      }
    }
  }

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

/// The orders in which buffers are placed.
private enum PackingOrder: String, CaseIterable {
  case bySize = "largest first"
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

/// Places buffers one after another into the gaps that those placed before have left.
private struct Packer {
  enum Fit: String { case best, first }

  private let buffers: [Buffer]
  /// For each buffer, the others alive at the same time.
  let conflicts: [[Int]]
  let conflictCount: Int

  init(_ buffers: [Buffer]) {
    self.buffers = buffers
    var conflicts = [[Int]](repeating: [], count: buffers.count)
    var active = [Int]()
    for index in buffers.indices.sorted(by: { (buffers[$0].start, $0) < (buffers[$1].start, $1) }) {
      active.removeAll { buffers[$0].end < buffers[index].start }
      for other in active {
        conflicts[index].append(other)
        conflicts[other].append(index)
      }
      active.append(index)
    }
    self.conflicts = conflicts
    conflictCount = conflicts.reduce(0) { $0 + $1.count }
  }

  func pack(_ order: [Int], _ fit: Fit) -> (offsets: [Int], arena: Int) {
    var offsets = [Int](repeating: -1, count: buffers.count)
    var arena = 0
    for index in order {
      offsets[index] = place(index, offsets, fit)
      arena = max(arena, offsets[index] + buffers[index].size)
    }
    return (offsets, arena)
  }

  private func place(_ index: Int, _ offsets: [Int], _ fit: Fit) -> Int {
    let rivals = conflicts[index].filter { offsets[$0] >= 0 }.sorted { offsets[$0] < offsets[$1] }
    let size = buffers[index].size
    var end = 0
    var best: (gap: Int, offset: Int)?
    for rival in rivals {
      let gap = offsets[rival] - end
      if gap >= size, gap < best?.gap ?? .max {
        best = (gap, end)
        if fit == .first { break }
      }
      end = max(end, offsets[rival] + buffers[rival].size)
    }
    return best?.offset ?? end
  }
}

/// A small generator with a fixed seed: equal inputs must give equal plans.
private struct LinearCongruence {
  private var state: UInt64 = 0x2545_F491_4F6C_DD1D

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
