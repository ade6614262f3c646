/// Improves an order of placement step by step: a buffer that reaches beyond the goal goes ahead of one in its way.
struct PackingSearch {
  private(set) var packer: BufferPacker
  private let goal: Int
  private var excess: Double

  init(_ packer: BufferPacker, goal: Int) {
    self.packer = packer
    self.goal = goal
    excess = packer.excess(beyond: goal)
  }

  /// - Parameter work: pairs of conflicting buffers that may be looked at.
  mutating func run(work: Int, _ random: inout LinearCongruence) {
    var left = work
    while left > 0 {
      let beyond = packer.order.filter { packer.end(of: $0) > goal }
      guard !beyond.isEmpty else { return }
      let mover = beyond[random.next(below: beyond.count)]
      let inTheWay = packer.conflicts[mover]
      guard !inTheWay.isEmpty else { return }
      let rival = inTheWay[random.next(below: inTheWay.count)]
      var trial = packer
      if packer.precedes(rival, mover), random.next(below: 2) == 0 {
        trial.move(mover, ahead: rival)
      } else {
        trial.exchange(mover, rival)
      }
      left -= max(trial.work - packer.work, 1)
      let cost = trial.excess(beyond: goal)
      if cost <= excess { (packer, excess) = (trial, cost) }
    }
  }
}

extension BufferPacker {
  /// How far buffers reach beyond a goal, the farthest counting most.
  fileprivate func excess(beyond goal: Int) -> Double {
    var sum = 0, most = 0
    for index in order {
      let over = end(of: index) - goal
      guard over > 0 else { continue }
      sum += over
      most = max(most, over)
    }
    return Double(most) + Double(sum) / 16
  }
}

/// A small generator with a fixed seed: equal inputs must give equal plans.
struct LinearCongruence {
  private var state: UInt64 = 0x2545_F491_4F6C_DD1D

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
