/// Places buffers one after another into the gaps that those before have left, in an order that can be changed.
struct BufferPacker {
  enum Fit: String, CaseIterable { case best, first }

  let buffers: [Buffer]
  /// For each buffer, the others alive at the same time.
  let conflicts: [[Int]]
  private(set) var order: [Int] = []
  private(set) var offsets: [Int]
  private(set) var fit = Fit.best
  /// Pairs of buffers alive at the same time that have been looked at.
  private(set) var work = 0
  /// The place of each buffer in the order.
  private var ranks: [Int]

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
    offsets = Array(repeating: 0, count: buffers.count)
    ranks = offsets
  }

  /// Where a buffer ends.
  func end(of index: Int) -> Int { offsets[index] + buffers[index].size }

  var arena: Int { buffers.indices.reduce(0) { max($0, end(of: $1)) } }

  func precedes(_ left: Int, _ right: Int) -> Bool { ranks[left] < ranks[right] }

  /// Places all buffers in an order.
  mutating func pack(_ order: [Int], _ fit: Fit) {
    self.order = order
    self.fit = fit
    pack(changed: order.indices)
  }

  /// Moves a buffer ahead of one that it comes behind.
  mutating func move(_ mover: Int, ahead rival: Int) {
    let (from, to) = (ranks[mover], ranks[rival])
    order.remove(at: from)
    order.insert(mover, at: to)
    pack(changed: to..<from + 1)
  }

  /// Lets two buffers change places in the order.
  mutating func exchange(_ left: Int, _ right: Int) {
    let (first, last) = (min(ranks[left], ranks[right]), max(ranks[left], ranks[right]))
    order.swapAt(first, last)
    pack(changed: first..<last + 1)
  }

  /// Places everything anew from the first of those places of the order that have changed.
  private mutating func pack(changed places: Range<Int>) {
    for place in places { ranks[order[place]] = place }
    var rivals: [PackedRange] = []
    for place in places.lowerBound..<order.count {
      let index = order[place]
      work += conflicts[index].count
      rivals.removeAll(keepingCapacity: true)
      for rival in conflicts[index] where ranks[rival] < place {
        rivals.append(PackedRange(offset: offsets[rival], end: end(of: rival)))
      }
      rivals.sort { $0.offset < $1.offset }
      offsets[index] = rivals.gap(for: buffers[index].size, fit)
    }
  }
}

/// Memory that a buffer takes.
struct PackedRange {
  var offset: Int
  var end: Int
}

extension [PackedRange] {
  /// The lowest or the tightest gap between ranges, by ascending offset, that takes a size, or the end of the last of them.
  func gap(for size: Int, _ fit: BufferPacker.Fit) -> Int {
    var end = 0
    var best: (gap: Int, offset: Int)?
    for range in self {
      let gap = range.offset - end
      if gap >= size, gap < best?.gap ?? .max {
        best = (gap, end)
        if fit == .first { break }
      }
      end = Swift.max(end, range.end)
    }
    return best?.offset ?? end
  }
}
