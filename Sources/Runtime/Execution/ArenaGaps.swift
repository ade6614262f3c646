import Plan

/// Where a program's arena is free while each of its calls runs: room for the kernels' scratch.
struct ArenaGaps {
  /// By call, the stretches of the arena that hold tensors, ascending.
  private let occupied: [[Range<Int>]]
  private let arena: Int

  init(_ program: Program) {
    arena = program.memory.arena
    var occupied = [[Range<Int>]](repeating: [], count: program.calls.count)
    for (index, calls) in Self.lifetimes(of: program).enumerated() {
      guard let calls, case .arena(let offset) = program.tensors[index].storage else { continue }
      let range = offset..<offset + program.tensors[index].spanBytes
      for call in calls { occupied[call].append(range) }
    }
    self.occupied = occupied.map { $0.sorted { $0.lowerBound < $1.lowerBound } }
  }

  /// The calls from the first to the last use of each tensor or of what views it; nil for tensors that no call uses.
  private static func lifetimes(of program: Program) -> [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: program.tensors.count)
    func use(_ id: TensorID, at call: Int) {
      let base = program.tensors.base(of: id)
      let before = lifetimes[base.index]
      lifetimes[base.index] =
        min(before?.lowerBound ?? call, call)...max(before?.upperBound ?? call, call)
    }
    for (index, call) in program.calls.enumerated() {
      for id in call.kernel.reads + call.kernel.writes { use(id, at: index) }
    }
    guard let last = program.calls.indices.last else { return lifetimes }
    for output in program.outputs { use(output.tensor, at: last) }
    return lifetimes
  }

  /// The start of a free stretch of so many bytes, at a multiple of 64; nil if there is none.
  func offset(for bytes: Int, during call: Int) -> Int? {
    var end = 0
    for range in occupied[call] + [arena..<arena] {
      let start = (end + 63) / 64 * 64
      if range.lowerBound - start >= bytes { return start }
      end = max(end, range.upperBound)
    }
    return nil
  }
}
