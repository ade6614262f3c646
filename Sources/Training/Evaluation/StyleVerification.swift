package import Runtime

/// Whether pictures of alike colours have alike style vectors.
///
/// Pictures are grouped by colour. Two of the same group are a positive pair, two of different groups a negative one;
/// the cosine of their style vectors should tell which (Reed et al., "Generative Adversarial Text to Image Synthesis",
/// 2016, section 5).
package struct StyleVerification: Sendable, Hashable {
  /// The area under the ROC curve in each fold of the pictures.
  package let areas: [Double]
  /// Groups that have pictures.
  package let groups: Int

  package var mean: Double { areas.reduce(0, +) / Double(areas.count) }
  package var deviation: Double { areas.standardDeviation }

  /// Scores style vectors, one row a picture.
  ///
  /// - Parameters:
  ///   - colours: for each picture the numbers that it is grouped by.
  ///   - clusters: how many groups.
  ///   - folds: how many parts the pictures are cut into; pairs are made within a part.
  package init(
    styles: FeatureTable, colours: [[Double]], clusters: Int = 100, folds: Int = 5,
    seed: UInt64 = 0
  ) throws(RuntimeError) {
    precondition(styles.count == colours.count, "every picture has a colour")
    try styles.check(least: 2 * folds, for: "a verification of styles in \(folds) folds")
    let grouping = KMeans(colours, into: clusters, seed: seed)
    groups = Set(grouping.groups).count
    let directions = (0..<styles.count).map { unitVector(styles.row($0)) }
    var random = SampleRandom(seed, 4)
    var order = Array(0..<styles.count)
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, random.below(last + 1))
    }
    areas = try (0..<folds).map { fold throws(RuntimeError) in
      let part = order[fold * order.count / folds..<(fold + 1) * order.count / folds]
      guard let area = Self.area(Array(part), directions, grouping.groups) else {
        throw RuntimeError(
          .invalid,
          "the \(part.count) pictures of a fold make no pairs of both kinds in \(clusters) groups of "
            + "colours; ask for fewer --clusters or --folds")
      }
      return area
    }
  }

  private static func area(_ part: [Int], _ directions: [[Double]], _ groups: [Int]) -> Double? {
    RankingCurve.area(
      PerceptualDistance.pairs(of: part.count).map { pair in
        let (first, second) = (part[pair.0], part[pair.1])
        let cosine = zip(directions[first], directions[second]).reduce(0) { $0 + $1.0 * $1.1 }
        return (cosine, groups[first] == groups[second])
      })
  }
}

private func unitVector(_ row: ArraySlice<Float>) -> [Double] {
  let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  return row.map { length > 0 ? Double($0) / length : 0 }
}
