/// Places buffers one after another into the gaps that those placed before have left.
struct BufferPacker {
  enum Fit: String { case best, first }

  let buffers: [Buffer]
  /// For each buffer, the others alive at the same time.
  let conflicts: [[Int]]

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
  }

  /// Pairs of these buffers that are alive at the same time, each counted twice.
  func conflictCount(among chosen: [Int]) -> Int {
    let isChosen = Set(chosen)
    return chosen.reduce(0) { $0 + conflicts[$1].count(where: isChosen.contains) }
  }

  /// The offsets of the buffers in this order, which may leave some out: theirs are -1.
  func pack(_ order: [Int], _ fit: Fit) -> (offsets: [Int], arena: Int) {
    var offsets = [Int](repeating: -1, count: buffers.count)
    var arena = 0
    var rivals: [(offset: Int, end: Int)] = []
    for index in order {
      rivals.removeAll(keepingCapacity: true)
      for rival in conflicts[index] where offsets[rival] >= 0 {
        rivals.append((offsets[rival], offsets[rival] + buffers[rival].size))
      }
      rivals.sort { $0.offset < $1.offset }
      offsets[index] = Self.place(buffers[index].size, among: rivals, fit)
      arena = max(arena, offsets[index] + buffers[index].size)
    }
    return (offsets, arena)
  }

  /// The lowest or the tightest gap between rivals that takes the size, or the end of the last of them.
  private static func place(_ size: Int, among rivals: [(offset: Int, end: Int)], _ fit: Fit) -> Int
  {
    var end = 0
    var best: (gap: Int, offset: Int)?
    for rival in rivals {
      let gap = rival.offset - end
      if gap >= size, gap < best?.gap ?? .max {
        best = (gap, end)
        if fit == .first { break }
      }
      end = max(end, rival.end)
    }
    return best?.offset ?? end
  }
}
