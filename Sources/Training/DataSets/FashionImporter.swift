package import Runtime

/// Builds a data set from the photographs of the Debian package `dataset-fashion-mnist`.
///
/// The originals are grey, 28 x 28 pixels, of ten kinds of clothing: 6,000 of each to train with and 1,000 to test.
/// A picture's kind is its label and its caption.
package struct FashionImporter: Sendable {
  package static let package = "dataset-fashion-mnist"
  package static let defaultFolder = "/usr/share/datasets/fashion-mnist"
  /// The kinds in the order of the files' labels.
  package static let kinds = [
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle-boot",
  ]

  package enum Split: String, Sendable, CaseIterable { case train, test }

  /// Which kinds are taken; their order gives the labels.
  package var classes = FashionImporter.kinds
  package var split = Split.train
  /// How many of each kind at most, in the files' order.
  package var countPerClass: Int?
  /// Side of the stored pictures in pixels.
  package var size = 32
  package var embeddingDimension = 256
  package var folder = FashionImporter.defaultFolder

  package init() {}

  /// Whether the package's files are there.
  package var isInstalled: Bool { Folder.exists(folder) }

  /// Reads the pictures and writes the data set.
  ///
  /// - Returns: how many pictures it holds.
  /// - Throws: `.missing` with the command to run if the package is not installed.
  package func write(to path: String) throws(RuntimeError) -> Int {
    try check()
    let prefix = "\(folder)/\(split == .train ? "train" : "t10k")"
    let images = try IndexedArray(path: "\(prefix)-images-idx3-ubyte.gz", rank: 3)
    let labels = try IndexedArray(path: "\(prefix)-labels-idx1-ubyte.gz", rank: 1)
    guard images.shape[0] == labels.shape[0], images.shape[1...].allSatisfy({ $0 <= 256 }) else {
      throw RuntimeError(
        .invalid,
        "'\(folder)': expected as many small pictures as labels, found \(images.shape) and "
          + "\(labels.shape)")
    }
    let chosen = chosen(Array(labels.bytes))
    let outline = DataSetOutline(
      imageSize: (size, size),
      captions: chosen.map { [Self.caption(of: classes[$0.label])] },
      embeddingDimension: embeddingDimension, labels: chosen.map { Int64($0.label) },
      classes: classes)
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      picture(chosen[index].picture, of: images).resized(width: size, height: size)
    }
    return chosen.count
  }

  private func check() throws(RuntimeError) {
    guard 1...Picture.maximumSide ~= size, embeddingDimension > 0, countPerClass ?? 1 > 0 else {
      throw RuntimeError(
        .invalid, "size, count and embedding dimension of a data set must be at least 1")
    }
    if let unknown = classes.first(where: { !Self.kinds.contains($0) }) {
      throw RuntimeError(
        .invalid,
        "unknown class '\(unknown)'; expected one of: \(Self.kinds.joined(separator: ", "))")
    }
    guard !classes.isEmpty, Set(classes).count == classes.count else {
      throw RuntimeError(.invalid, "expected at least one class, and each of them once")
    }
    guard isInstalled else {
      throw RuntimeError(
        .missing,
        "no folder '\(folder)'; install the pictures with 'apt-get install \(Self.package)'")
    }
  }

  /// The pictures to take, in the files' order, with their labels.
  private func chosen(_ labels: [UInt8]) -> [(picture: Int, label: Int)] {
    let wanted = Dictionary(
      uniqueKeysWithValues: classes.enumerated().map { label, name in
        (Self.kinds.firstIndex(of: name) ?? 0, label)
      })
    var counts = [Int](repeating: 0, count: classes.count)
    var chosen: [(picture: Int, label: Int)] = []
    for (picture, kind) in labels.enumerated() {
      guard let label = wanted[Int(kind)], counts[label] < countPerClass ?? .max else { continue }
      counts[label] += 1
      chosen.append((picture, label))
    }
    return chosen
  }

  private static func caption(of kind: String) -> String {
    kind == "ankle-boot" ? "ankle boot" : kind
  }

  private func picture(_ index: Int, of images: IndexedArray) -> Picture {
    let (height, width) = (images.shape[1], images.shape[2])
    let start = images.bytes.startIndex + index * width * height
    let grey = images.bytes[start..<start + width * height]
    return Picture(width: width, height: height, rgb: grey.flatMap { [$0, $0, $0] })
  }
}
