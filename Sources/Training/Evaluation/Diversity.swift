package import Runtime

/// How much pictures differ that were drawn for the same condition with different noise.
package struct Diversity: Sendable, Hashable {
  /// Conditions, and pictures for each.
  package let conditions: Int
  package let versions: Int
  /// The mean perceptual distance over all pairs of versions, then over the conditions.
  package let mean: Double
  package let deviation: Double

  /// Draws and compares pictures.
  ///
  /// - Parameter versions: pictures for each condition, at least 2.
  package static func measure(
    _ generated: GeneratedPictures, by network: FeatureNetwork, _ distance: PerceptualDistance,
    versions: Int = 10, progress: EvaluationProgress = { _, _ in }
  ) throws(RuntimeError) -> Diversity {
    guard versions >= 2 else {
      throw RuntimeError(
        .invalid, "diversity compares at least 2 pictures for each condition, found \(versions)")
    }
    var spreads: [Double] = []
    for number in 0..<(generated.count + generated.batch - 1) / generated.batch {
      let wanted = min(generated.batch, generated.count - spreads.count)
      let drawn = try (0..<versions).map { version throws(RuntimeError) in
        let pictures = try generated.draw(batch: number, version: version, of: versions).pictures
        progress(spreads.count * versions + version * wanted, generated.count * versions)
        return try distance.describe(Array(pictures.prefix(wanted)), by: network)
      }
      spreads += distance.spread(of: drawn)
    }
    return Diversity(
      conditions: spreads.count, versions: versions,
      mean: spreads.reduce(0, +) / Double(max(1, spreads.count)),
      deviation: spreads.standardDeviation)
  }
}
