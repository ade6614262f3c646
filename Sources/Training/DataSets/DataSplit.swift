package import Runtime

/// Divides a data set into one to train with and one to test with; the same data set always divides alike.
package struct DataSplit: Sendable {
  package enum Rule: Sendable, Hashable {
    /// The first three quarters, in the data set's order, are to train with. A data set of a folder is sorted by
    /// path.
    case sorted75
    /// Pictures of these classes are to test with, and no others; each part has its own labels, from 0.
    case classes(test: [String])
  }

  /// One part: its pictures' positions in the whole, and its classes.
  package struct Part: Sendable, Hashable {
    package var indices: [Int]
    package var classes: [String]
    package var description: String
  }

  package let train: Part
  package let test: Part
  private let whole: DataSet

  /// - Throws: `.invalid` if a part would be empty, or names of classes are unknown.
  package init(_ dataSet: DataSet, by rule: Rule) throws(RuntimeError) {
    whole = dataSet
    let all = Array(0..<dataSet.count)
    switch rule {
    case .sorted75:
      let count = dataSet.count * 3 / 4
      train = Part(
        indices: Array(all[..<count]), classes: dataSet.classes,
        description: "train, the first 75 % of \(dataSet.count)")
      test = Part(
        indices: Array(all[count...]), classes: dataSet.classes,
        description: "test, the last 25 % of \(dataSet.count)")
    case .classes(let names):
      let tested = try Self.labels(of: names, in: dataSet)
      let isTest = { (index: Int) in tested.contains(dataSet.labels?[index] ?? -1) }
      train = Part(
        indices: all.filter { !isTest($0) },
        classes: dataSet.classes.filter { !names.contains($0) },
        description: "train, without the test classes")
      test = Part(
        indices: all.filter(isTest), classes: dataSet.classes.filter(names.contains),
        description: "test, of the test classes only")
    }
    for part in [train, test] where part.indices.isEmpty {
      throw RuntimeError(
        .invalid,
        "'\(dataSet.path)': no picture would remain in the part '\(part.description)'")
    }
  }

  private static func labels(
    of names: [String], in dataSet: DataSet
  ) throws(RuntimeError) -> Set<Int64> {
    guard dataSet.labels != nil, !dataSet.classes.isEmpty else {
      throw RuntimeError(
        .invalid,
        "'\(dataSet.path)' has no named classes to divide by; build it from a folder whose "
          + "sub-folders are the classes")
    }
    var labels: Set<Int64> = []
    for name in names {
      guard let label = dataSet.classes.firstIndex(of: name) else {
        let some = dataSet.classes.prefix(8).joined(separator: ", ")
        throw RuntimeError(
          .invalid,
          "'\(dataSet.path)' has no class '\(name)'; it has \(dataSet.classes.count): \(some)"
            + (dataSet.classes.count > 8 ? ", ..." : ""))
      }
      labels.insert(Int64(label))
    }
    return labels
  }

  /// Writes one of the parts as a data set of its own.
  package func write(_ part: Part, to path: String) throws(RuntimeError) {
    let places = Dictionary(
      part.classes.enumerated().map { ($1, Int64($0)) }, uniquingKeysWith: { first, _ in first })
    let vectors = part.indices.flatMap { index in
      (0..<whole.captionsPerPicture).flatMap { whole.embedding(at: index, caption: $0) }
    }
    var outline = DataSetOutline(
      imageSize: whole.imageSize, captions: part.indices.map(whole.captions(at:)),
      embeddings: HostTensor(
        shape: [part.indices.count, whole.captionsPerPicture, whole.embeddingDimension], vectors),
      embedding: whole.embedding,
      labels: whole.labels.map { labels in
        part.indices.map { index in
          whole.classes.isEmpty ? labels[index] : places[whole.classes[Int(labels[index])]] ?? 0
        }
      },
      classes: part.classes)
    outline.pairs = whole.pairs.map { pairs in part.indices.map { pairs[$0] } }
    outline.split = part.description
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      whole.picture(at: part.indices[index])
    }
  }
}
