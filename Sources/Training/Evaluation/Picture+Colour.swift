extension Picture {
  /// Which pixels a picture's colour is the mean of.
  package enum ColourRegion: String, Sendable, CaseIterable {
    /// All.
    case mean
    /// A frame of an eighth of the sides, where pictures of one object show what is behind it.
    case background
  }

  /// The mean red, green and blue, from 0 to 255.
  package func colour(of region: ColourRegion) -> [Double] {
    let (frameX, frameY) = (max(1, width / 8), max(1, height / 8))
    var sums = [0.0, 0.0, 0.0]
    var count = 0.0
    for y in 0..<height {
      let isBeside = y < frameY || y >= height - frameY
      for x in 0..<width {
        guard region == .mean || isBeside || x < frameX || x >= width - frameX else { continue }
        let pixel = self[x, y]
        sums[0] += Double(pixel.red)
        sums[1] += Double(pixel.green)
        sums[2] += Double(pixel.blue)
        count += 1
      }
    }
    return sums.map { $0 / max(1, count) }
  }
}
