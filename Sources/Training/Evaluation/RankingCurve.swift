/// How well scores separate positive from negative cases.
package enum RankingCurve {
  /// The area under the ROC curve: the chance that a positive case scores higher than a negative one.
  ///
  /// Ties count half. Nil unless there are cases of both kinds.
  package static func area(_ cases: [(score: Double, isPositive: Bool)]) -> Double? {
    let positives = Double(cases.count(where: \.isPositive))
    let negatives = Double(cases.count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    let sorted = cases.sorted { $0.score < $1.score }
    var rankSum = 0.0
    var start = 0
    while start < sorted.count {
      var end = start
      var tied = 0.0
      while end < sorted.count, sorted[end].score == sorted[start].score {
        tied += sorted[end].isPositive ? 1 : 0
        end += 1
      }
      // Ranks begin at 1; those of equal scores are averaged.
      rankSum += tied * Double(start + 1 + end) / 2
      start = end
    }
    return (rankSum - positives * (positives + 1) / 2) / (positives * negatives)
  }
}
