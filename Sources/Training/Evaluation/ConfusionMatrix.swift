package import Runtime

/// What a classifier takes the pictures of each class for.
package struct ConfusionMatrix: Sendable, Hashable {
  /// Pictures by true class, then by the class that they were taken for.
  package private(set) var counts: [[Int]]

  /// Counts the greatest logit of each row against its label.
  package init(logits: FeatureTable, labels: [Int64]) throws(RuntimeError) {
    precondition(logits.count == labels.count, "every picture has a label")
    let classes = logits.dimension
    if let label = labels.first(where: { !(0..<Int64(classes)).contains($0) }) {
      throw RuntimeError(
        .invalid,
        "the classifier knows the classes 0 to \(classes - 1), and the data set has a label \(label)"
      )
    }
    counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for (index, label) in labels.enumerated() {
      let row = Array(logits.row(index))
      let guess = row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0
      counts[Int(label)][guess] += 1
    }
  }

  package var total: Int { counts.joined().reduce(0, +) }

  /// The share of pictures that were taken for what they are.
  package var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(max(1, total))
  }
}
