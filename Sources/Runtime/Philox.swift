package import Plan

/// Philox 4×32-10, a counter-based generator: a block of four words is a pure function of key and counter.
package enum Philox {
  /// The four words at a counter, whose lowest word comes first.
  package static func block(key: UInt64, counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
    var (low, high) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
    var words = counter
    for _ in 0..<10 {
      let left = words.x.multipliedFullWidth(by: 0xD251_1F53)
      let right = words.z.multipliedFullWidth(by: 0xCD9E_8D57)
      words = SIMD4(
        right.high ^ words.y ^ low, right.low, left.high ^ words.w ^ high, left.low)
      low &+= 0x9E37_79B9
      high &+= 0xBB67_AE85
    }
    return words
  }
}

/// The numbers of one random node at one step, addressed by logical row-major index.
///
/// Element i takes lane i mod 4 of block i div 4. Uniform numbers keep 24 bits of a word; normal ones come in pairs by
/// Box and Muller from lanes (0, 1) and (2, 3), in double precision.
package struct RandomStream: Sendable {
  package var key: UInt64
  package var step: UInt64

  package init(key: UInt64, step: UInt64) {
    self.key = key
    self.step = step
  }

  /// The numbers that belong to a name, whatever else there is: its key is the FNV-1a hash of the name's bytes.
  package init(name: String, seed: UInt64) {
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    self.init(key: seed ^ hash, step: 0)
  }

  /// Calls `body` with each index below `count` and its number, in order.
  package func draw(
    _ count: Int, from distribution: RandomCall.Distribution, _ body: (Int, Double) -> Void
  ) {
    var index = 0
    while index < count {
      let numbers = numbers(block: index / 4, distribution)
      for lane in 0..<min(4, count - index) { body(index + lane, numbers[lane]) }
      index += 4
    }
  }

  private func numbers(block: Int, _ distribution: RandomCall.Distribution) -> SIMD4<Double> {
    let words = words(block: block)
    switch distribution {
    case .normal(let mean, let std): return mean + std * normal(words)
    case .truncatedNormal(let mean, let std):
      return mean + std * truncatedNormal(words, block: block)
    case .uniform(let low, let high): return low + (high - low) * uniform(words)
    case .bernoulli(let probability):
      return SIMD4<Double>.zero.replacing(with: 1, where: uniform(words) .< probability)
    case .integers(let low, let high):
      return Double(low) + (uniform(words) * Double(high - low)).rounded(.down)
    }
  }

  /// From 0 up to and excluding 1.
  private func uniform(_ words: SIMD4<UInt32>) -> SIMD4<Double> {
    SIMD4<Double>(words &>> 8) * 0x1p-24
  }

  private func normal(_ words: SIMD4<UInt32>) -> SIMD4<Double> {
    let uniform = uniform(words)
    var numbers = SIMD4<Double>.zero
    for pair in stride(from: 0, to: 4, by: 2) {
      let radius = (-2 * Double.log(uniform[pair] + 0x1p-24)).squareRoot()
      let angle = 2 * Double.pi * uniform[pair + 1]
      numbers[pair] = radius * Double.cos(angle)
      numbers[pair + 1] = radius * Double.sin(angle)
    }
    return numbers
  }

  /// Redraws the whole block for each lane that lies beyond two standard deviations.
  private func truncatedNormal(_ words: SIMD4<UInt32>, block: Int) -> SIMD4<Double> {
    var numbers = normal(words)
    var attempt: UInt32 = 1
    var isBeyond = numbers .> 2 .| numbers .< -2
    while any(isBeyond) {
      numbers.replace(with: normal(self.words(block: block, attempt: attempt)), where: isBeyond)
      attempt &+= 1
      isBeyond = numbers .> 2 .| numbers .< -2
    }
    return numbers
  }

  private func words(block: Int, attempt: UInt32 = 0) -> SIMD4<UInt32> {
    let (block, step) = (UInt64(block), step)
    return Philox.block(
      key: key,
      counter: SIMD4(
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
        UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32) ^ (attempt << 16)))
  }
}
