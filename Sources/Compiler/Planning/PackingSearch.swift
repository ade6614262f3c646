/// Improves an order of placement step by step: a buffer that reaches beyond the goal goes ahead of one in its way.
struct PackingSearch {
  private let packer: BufferPacker
  private let goal: Int
  private(set) var order: [Int]

  init(_ packer: BufferPacker, order: [Int], goal: Int) {
    self.packer = packer
    self.order = order
    self.goal = goal
  }

  /// - Parameter work: pairs of conflicting buffers that may be looked at.
  mutating func run(work: Int, _ fit: BufferPacker.Fit, _ random: inout LinearCongruence) {
    let chosen = Set(order)
    let rivals = Dictionary(
      uniqueKeysWithValues: order.map { ($0, packer.conflicts[$0].filter(chosen.contains)) })
    var packed = packer.pack(order, fit)
    var excess = excess(of: packed.offsets)
    let rounds = work / max(rivals.values.reduce(0) { $0 + $1.count }, 1)
    for _ in 0..<min(rounds, Self.mostRounds) where packed.arena > goal {
      let beyond = order.filter { packed.offsets[$0] + packer.buffers[$0].size > goal }
      let mover = beyond[random.next(below: beyond.count)]
      guard let inTheWay = rivals[mover], !inTheWay.isEmpty else { return }
      let trial = moving(mover, ahead: inTheWay[random.next(below: inTheWay.count)], &random)
      let result = packer.pack(trial, fit)
      let cost = self.excess(of: result.offsets)
      guard cost <= excess else { continue }
      (order, packed, excess) = (trial, result, cost)
    }
  }

  private static let mostRounds = 3000

  private func moving(
    _ mover: Int, ahead rival: Int, _ random: inout LinearCongruence
  ) -> [Int] {
    var trial = order
    guard let from = trial.firstIndex(of: mover), let to = trial.firstIndex(of: rival) else {
      return trial
    }
    if from > to, random.next(below: 2) == 0 {
      trial.remove(at: from)
      trial.insert(mover, at: to)
    } else {
      trial.swapAt(from, to)
    }
    return trial
  }

  /// How far buffers reach beyond the goal, the farthest counting most.
  private func excess(of offsets: [Int]) -> Double {
    var sum = 0.0, most = 0
    for index in order {
      let over = offsets[index] + packer.buffers[index].size - goal
      guard over > 0 else { continue }
      sum += Double(over)
      most = max(most, over)
    }
    return Double(most) + sum / 16
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
