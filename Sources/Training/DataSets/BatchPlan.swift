import Glibc
import Plan

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

  /// The samples of a batch, for a draw that goes through the data set in epochs.
  ///
  /// Within an epoch no sample comes twice. A data set that is smaller than a batch is gone through several times,
  /// each time in another order.
  package func indices(iteration: Int, of draw: String = Draw.sample) -> [Int] {
    let epoch = epoch(of: iteration)
    let start = iteration % epochLength * batch
    var orders: [Int: [Int]] = [:]
    return (start..<start + batch).map { position in
      let pass = position / count
      let order =
        orders[pass]
        ?? {
          var random = random(.order, UInt64(epoch), UInt64(pass), of: draw)
          return random.shuffled(count)
        }()
      orders[pass] = order
      return order[position % count]
    }
  }

  /// How one sample of a batch is varied.
  package func variation(
    iteration: Int, sample: Int, captions: Int, of draw: String = Draw.sample
  ) -> SampleVariation {
    guard isVaried else {
      return SampleVariation(
        x: 1 << 31, y: 1 << 31, isMirrored: false, captions: Array(0..<captions), part: nil)
    }
    var random = random(.variation, UInt64(iteration), UInt64(sample), of: draw)
    let mirror = random.next() >> 63 == 1
    let (x, y) = (UInt32(random.next() >> 32), UInt32(random.next() >> 32))
    return SampleVariation(
      x: x, y: y, isMirrored: mirror, captions: random.shuffled(captions),
      part: self.random(.part, UInt64(iteration), UInt64(sample), of: draw))
  }

  /// What random numbers are for; changing a number changes what a resumed run sees.
  enum Purpose: UInt64 {
    case order = 0
    case variation = 1
    case part = 2
    case classOrder = 3
    case orderInClass = 4
    case relation = 5
  }

  /// A stream of its own for every purpose, draw and pair of numbers.
  func random(
    _ purpose: Purpose, _ first: UInt64, _ second: UInt64, of draw: String
  ) -> SampleRandom {
    let stream = [seed, purpose.rawValue, first, second]
    return SampleRandom(draw == Draw.sample ? stream : stream + [TextEmbedding.hash(draw)])
  }
}

/// The choices made for one sample, shared by all inputs that are made from it.
///
/// Two inputs of different resolution therefore show the same part of the picture, mirrored alike.
package struct SampleVariation: Sendable {
  /// Where a crop lies between the left (top) edge, 0, and the right (bottom) edge, 2^32.
  private let x: UInt32
  private let y: UInt32
  package let isMirrored: Bool
  /// All captions in order of preference.
  package let captions: [Int]
  /// What chooses a part to be resized; nil to take the whole picture.
  private let part: SampleRandom?

  init(x: UInt32, y: UInt32, isMirrored: Bool, captions: [Int], part: SampleRandom?) {
    self.x = x
    self.y = y
    self.isMirrored = isMirrored
    self.captions = captions
    self.part = part
  }

  /// The corner of a crop that has `room` pixels to move in each direction.
  package func corner(room: (x: Int, y: Int)) -> (x: Int, y: Int) {
    ((Int(x) * (room.x + 1)) >> 32, (Int(y) * (room.y + 1)) >> 32)
  }

  /// The part of a picture that a random resized crop takes; the whole picture if it takes none.
  func part(of size: (width: Int, height: Int), _ crop: RandomResizedCrop) -> PictureBox {
    let whole = PictureBox(x: 0, y: 0, width: size.width, height: size.height)
    guard var random = part, random.fraction() < crop.probability else { return whole }
    return crop.box(in: whole, with: &random)
  }
}

extension RandomResizedCrop {
  /// Draws area and shape until the part fits into the picture; after ten misses the whole picture is taken.
  ///
  /// The area is uniform, and so is the logarithm of the ratio: wide and tall parts come equally often.
  fileprivate func box(in whole: PictureBox, with random: inout SampleRandom) -> PictureBox {
    for _ in 0..<10 {
      let scale = minimumScale + (maximumScale - minimumScale) * random.fraction()
      let ratio = minimumRatio * pow(maximumRatio / minimumRatio, random.fraction())
      let area = scale * Double(whole.width * whole.height)
      let (width, height) = ((area * ratio).squareRoot(), (area / ratio).squareRoot())
      guard width < Double(whole.width) + 0.5, height < Double(whole.height) + 0.5 else { continue }
      let box = (width: max(1, Int(width.rounded())), height: max(1, Int(height.rounded())))
      return PictureBox(
        x: random.below(whole.width - box.width + 1),
        y: random.below(whole.height - box.height + 1), width: box.width, height: box.height)
    }
    return whole
  }
}

extension DataSet {
  /// Batches in an epoch: as many as the pictures fill, and at least one.
  package func epochLength(batch: Int) -> Int {
    BatchPlan.epochLength(count: count, batch: batch)
  }
}
