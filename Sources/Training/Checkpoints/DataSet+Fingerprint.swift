extension DataSet {
  /// Tells one data set from another: a hash of its measures, its captions, and up to 64 of its pictures.
  ///
  /// A run that goes on with other pictures would silently not be the run that was begun.
  package var fingerprint: String {
    var hash = Hash64()
    for number in [
      count, imageSize.width, imageSize.height, captionsPerPicture, embeddingDimension,
    ] {
      hash.add("\(number) ".utf8)
    }
    hash.add(embedding.utf8)
    for index in 0..<count {
      for caption in captions(at: index) { hash.add((caption + "\n").utf8) }
    }
    let step = max(1, count / 64)
    for index in stride(from: 0, to: count, by: step) {
      withPixels(at: index) { hash.add($0) }
    }
    for label in labels ?? [] { hash.add("\(label) ".utf8) }
    return hash.text
  }
}

/// FNV-1a of 64 bits: quick, and stable between versions of Swift.
private struct Hash64 {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
