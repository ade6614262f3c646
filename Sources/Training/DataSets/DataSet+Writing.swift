package import Runtime

/// What a data set will hold, its pictures apart.
package struct DataSetOutline: Sendable {
  package var imageSize: (width: Int, height: Int)
  /// The same number of captions, at least one, for every picture.
  package var captions: [[String]]
  /// `[count, captions, dimension]`, float32.
  package var embeddings: HostTensor
  /// What made the embeddings.
  package var embedding: String
  package var labels: [Int64]?
  package var classes: [String]
  /// A number for each picture, shared by pictures of the same thing.
  package var pairs: [Int64]?
  /// Which part of which split this is, in words; nil if it is whole.
  package var split: String?

  package init(
    imageSize: (width: Int, height: Int), captions: [[String]], embeddings: HostTensor,
    embedding: String, labels: [Int64]? = nil, classes: [String] = []
  ) {
    self.imageSize = imageSize
    self.captions = captions
    self.embeddings = embeddings
    self.embedding = embedding
    self.labels = labels
    self.classes = classes
  }

  /// An outline whose captions are embedded by `TextEmbedding`.
  ///
  /// Pictures with fewer captions than others repeat theirs, so that each has as many.
  package init(
    imageSize: (width: Int, height: Int), captions: [[String]], embeddingDimension: Int,
    labels: [Int64]? = nil, classes: [String] = []
  ) {
    let most = captions.map(\.count).max() ?? 0
    let filled = captions.map { texts in
      texts.isEmpty ? [] : (0..<most).map { texts[$0 % texts.count] }
    }
    let embedding = TextEmbedding(dimension: embeddingDimension)
    let vectors = filled.flatMap { $0.flatMap(embedding.embed) }
    let rows = embeddingDimension > 0 && most > 0 ? vectors.count / embeddingDimension / most : 0
    self.init(
      imageSize: imageSize, captions: filled,
      embeddings: HostTensor(shape: [rows, most, embeddingDimension], vectors),
      embedding: TextEmbedding.name, labels: labels, classes: classes)
  }
}

extension DataSet {
  /// Writes a data set, asking for one picture after the other, so that they need not fit into memory.
  ///
  /// - Parameter picture: the picture at a position, which must have the outline's size.
  package static func write(
    _ outline: DataSetOutline, to path: String,
    picture: @escaping (Int) throws(RuntimeError) -> Picture
  ) throws(RuntimeError) {
    try check(outline)
    let (width, height) = outline.imageSize
    let count = outline.captions.count
    let images = TensorToWrite(name: "images", element: .uint8, shape: [count, height, width, 3]) {
      writer throws(RuntimeError) in
      for index in 0..<count {
        let picture = try picture(index)
        guard (picture.width, picture.height) == (width, height) else {
          throw RuntimeError(
            .invalid,
            "picture \(index) is \(picture.width) x \(picture.height), expected \(width) x \(height)"
          )
        }
        try writer.write(picture.rgb)
      }
    }
    var tensors = [TensorToWrite("embeddings", outline.embeddings), images]
    if let labels = outline.labels {
      tensors.append(TensorToWrite("labels", HostTensor(shape: [count], labels)))
    }
    if let pairs = outline.pairs {
      tensors.append(TensorToWrite("pairs", HostTensor(shape: [count], pairs)))
    }
    var metadata = [
      "format": format,
      "captions": JSON.array(outline.captions.map(JSON.strings)).text,
      "classes": JSON.strings(outline.classes).text,
      "embedding": outline.embedding,
    ]
    metadata["split"] = outline.split
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }

  /// Refuses what `open` would refuse.
  private static func check(_ outline: DataSetOutline) throws(RuntimeError) {
    let count = outline.captions.count
    let each = outline.captions.first?.count ?? 0
    guard count > 0 else { throw RuntimeError(.invalid, "a data set needs at least one picture") }
    guard each > 0, outline.captions.allSatisfy({ $0.count == each }) else {
      throw RuntimeError(.invalid, "every picture of a data set needs the same number of captions")
    }
    let shape = outline.embeddings.shape
    guard shape.count == 3, shape[0] == count, shape[1] == each, shape[2] > 0 else {
      throw RuntimeError(
        .invalid, "expected embeddings of shape [\(count), \(each), dimension], found \(shape)")
    }
    guard outline.embeddings.floats.allSatisfy(\.isFinite) else {
      throw RuntimeError(.invalid, "the embeddings hold infinite or undefined numbers")
    }
    for (name, numbers) in [("labels", outline.labels), ("pairs", outline.pairs)] {
      guard numbers?.count ?? count == count else {
        throw RuntimeError(.invalid, "expected \(count) \(name), found \(numbers?.count ?? 0)")
      }
    }
  }
}
