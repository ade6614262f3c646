import Foundation
package import Runtime

/// How sure a classifier is of each picture, and how evenly its classes are met.
///
/// `exp(mean KL(p(y|x) || p(y)))` over each part of the pictures, then mean and standard deviation over the parts
/// (Salimans et al., "Improved Techniques for Training GANs", 2016). 1 is the worst, the number of classes the best.
package struct InceptionScore: Sendable, Hashable {
  /// The score of each part.
  package let parts: [Double]
  /// Pictures that were scored.
  package let samples: Int

  package var mean: Double { parts.reduce(0, +) / Double(parts.count) }
  package var deviation: Double { parts.standardDeviation }

  /// Scores logits, one row a picture.
  ///
  /// - Parameters:
  ///   - splits: how many parts the pictures are cut into, in their order.
  ///   - dropsFirst: whether the first logit belongs to a background class that no picture shows.
  package init(
    logits: FeatureTable, splits: Int = 10, dropsFirst: Bool = false
  ) throws(RuntimeError) {
    let classes = logits.dimension - (dropsFirst ? 1 : 0)
    guard classes > 0 else {
      throw RuntimeError(
        .invalid,
        "no logit is left to score without the first; the network has \(logits.dimension)")
    }
    guard splits > 0, logits.count >= splits else {
      throw RuntimeError(
        .invalid,
        "an Inception Score of \(splits) parts needs at least \(splits) pictures, found "
          + "\(logits.count); draw more or ask for fewer parts")
    }
    try logits.check(least: 1, for: "an Inception Score")
    let shares = (0..<logits.count).map { softmax(logits.row($0).suffix(classes)) }
    samples = logits.count
    parts = (0..<splits).map { part in
      let range = part * shares.count / splits..<(part + 1) * shares.count / splits
      return Self.score(shares[range])
    }
  }

  private static func score(_ shares: ArraySlice<[Double]>) -> Double {
    let count = Double(shares.count)
    var average = Array(repeating: 0.0, count: shares.first?.count ?? 0)
    for share in shares {
      for index in average.indices { average[index] += share[index] / count }
    }
    let divergence = shares.reduce(0) { sum, share in
      // A class that is never met adds nothing, as p log p tends to 0.
      sum + zip(share, average).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
    }
    return exp(divergence / count)
  }
}

private func softmax(_ logits: ArraySlice<Float>) -> [Double] {
  let greatest = Double(logits.max() ?? 0)
  let powers = logits.map { exp(Double($0) - greatest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

extension [Double] {
  /// The standard deviation of just these numbers, 0 for a single one.
  var standardDeviation: Double {
    guard !isEmpty else { return 0 }
    let mean = reduce(0, +) / Double(count)
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
  }
}
