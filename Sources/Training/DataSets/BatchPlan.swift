/// Which samples each batch holds, and how each is varied: a pure function of seed and iteration.
package struct BatchPlan: Sendable, Hashable {
  /// How many samples the data set has.
  package let count: Int
  package let batch: Int
  package let seed: UInt64
  /// Whether crops, mirroring and captions are drawn at random; otherwise crops are central, nothing is mirrored,
  /// and the first captions are taken.
  package let isVaried: Bool

  package init(count: Int, batch: Int, seed: UInt64, isVaried: Bool = true) {
    precondition(count > 0 && batch > 0, "a batch needs samples")
    self.count = count
    self.batch = batch
    self.seed = seed
    self.isVaried = isVaried
  }

  /// Batches in an epoch.
  ///
  /// What does not fill a batch waits for another epoch's order.
  package var epochLength: Int { Self.epochLength(count: count, batch: batch) }

  package static func epochLength(count: Int, batch: Int) -> Int { max(1, count / batch) }

  package func epoch(of iteration: Int) -> Int { iteration / epochLength }

  /// The samples of a batch.
  ///
  /// Within an epoch no sample comes twice. A data set that is smaller than a batch is gone through several times,
  /// each time in another order.
  package func indices(iteration: Int) -> [Int] {
    let epoch = epoch(of: iteration)
    let start = iteration % epochLength * batch
    var orders: [Int: [Int]] = [:]
    return (start..<start + batch).map { position in
      let pass = position / count
      let order = orders[pass] ?? order(epoch: epoch, pass: pass)
      orders[pass] = order
      return order[position % count]
    }
  }

  /// How one sample of a batch is varied.
  package func variation(iteration: Int, sample: Int, captions: Int) -> SampleVariation {
    guard isVaried else {
      return SampleVariation(
        x: 1 << 31, y: 1 << 31, isMirrored: false, captions: Array(0..<captions))
    }
    var random = SampleRandom(seed, 1, UInt64(iteration), UInt64(sample))
    let mirror = random.next() >> 63 == 1
    let (x, y) = (UInt32(random.next() >> 32), UInt32(random.next() >> 32))
    return SampleVariation(
      x: x, y: y, isMirrored: mirror, captions: shuffled(captions, with: &random))
  }

  private func order(epoch: Int, pass: Int) -> [Int] {
    var random = SampleRandom(seed, 0, UInt64(epoch), UInt64(pass))
    return shuffled(count, with: &random)
  }

  /// The numbers below `count` in random order, after Fisher and Yates.
  private func shuffled(_ count: Int, with random: inout SampleRandom) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, random.below(last + 1))
    }
    return order
  }
}

/// The choices made for one sample, shared by all inputs that are made from it.
///
/// Two inputs of different resolution therefore show the same part of the picture, mirrored alike.
package struct SampleVariation: Sendable, Hashable {
  /// Where a crop lies between the left (top) edge, 0, and the right (bottom) edge, 2^32.
  private let x: UInt32
  private let y: UInt32
  package let isMirrored: Bool
  /// All captions in order of preference.
  package let captions: [Int]

  init(x: UInt32, y: UInt32, isMirrored: Bool, captions: [Int]) {
    self.x = x
    self.y = y
    self.isMirrored = isMirrored
    self.captions = captions
  }

  /// The corner of a crop that has `room` pixels to move in each direction.
  package func corner(room: (x: Int, y: Int)) -> (x: Int, y: Int) {
    ((Int(x) * (room.x + 1)) >> 32, (Int(y) * (room.y + 1)) >> 32)
  }
}

extension DataSet {
  /// Batches in an epoch: as many as the pictures fill, and at least one.
  package func epochLength(batch: Int) -> Int {
    BatchPlan.epochLength(count: count, batch: batch)
  }
}
