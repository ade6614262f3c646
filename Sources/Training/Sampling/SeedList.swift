import Runtime

/// Seeds as people write them: a `NumberList` of whole numbers, or `3~9:8` for eight steps on the way from the noise of
/// seed 3 to that of seed 9, both ends included.
enum SeedList {
  static func parse(_ text: String) throws(RuntimeError) -> [(noise: Noise, caption: String)] {
    if let seed = UInt64(text) { return [(Noise(seed: seed), "seed \(text)")] }
    if text.contains("~") { return try blend(text) }
    return try NumberList.parse(text, of: "'seed'").map { number throws(RuntimeError) in
      guard let seed = UInt64(exactly: number) else {
        throw RuntimeError(
          .invalid, "'seed=\(text)': expected whole numbers from 0 on, found \(number)")
      }
      return (Noise(seed: seed), "seed \(seed)")
    }
  }

  private static func blend(_ text: String) throws(RuntimeError) -> [(Noise, String)] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let seeds = parts[0].split(separator: "~", omittingEmptySubsequences: false).map { UInt64($0) }
    guard parts.count == 2, seeds.count == 2, let from = seeds[0], let to = seeds[1],
      let count = Int(parts[1]), 2...Sheet.maximumCells ~= count
    else {
      throw RuntimeError(
        .invalid,
        "'seed=\(text)': expected two seeds and a count such as '3~9:8', at most "
          + "\(Sheet.maximumCells)")
    }
    return (0..<count).map { index in
      let share = Float(index) / Float(count - 1)
      let caption = "seed \(from) ~ \(to), \(InputReader.short(Double(share)))"
      return (Noise(seed: from, blend: .init(seed: to, share: share)), caption)
    }
  }
}
