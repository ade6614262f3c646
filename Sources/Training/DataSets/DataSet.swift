package import Runtime

/// Pictures with captions, their embeddings, and perhaps labels, mapped from one file.
///
/// The file is a safetensors file:
///
/// | tensor       | type | shape                            |
/// |--------------|------|----------------------------------|
/// | `images`     | U8   | [count, height, width, 3]        |
/// | `embeddings` | F32  | [count, captions, dimension]     |
/// | `labels`     | I64  | [count], may be missing          |
/// | `pairs`      | I64  | [count], may be missing          |
///
/// Its metadata holds the captions and the labels' names in JSON. Pictures and embeddings stay on the disk until a
/// sample is asked for.
package struct DataSet: Sendable {
  /// How many pictures there are.
  package let count: Int
  package let imageSize: (width: Int, height: Int)
  package let captionsPerPicture: Int
  package let embeddingDimension: Int
  /// What made the embeddings: `TextEmbedding.name`, or whatever the user brought.
  package let embedding: String
  /// One class or domain per picture.
  package let labels: [Int64]?
  /// The labels' names, by label; may be empty.
  package let classes: [String]
  /// A number for each picture, shared by pictures of the same thing, such as an emoji in two styles.
  package let pairs: [Int64]?
  /// Which part of which split this is, in words; nil if it is whole.
  package let split: String?
  package let path: String

  private let captions: [[String]]
  private let file: SafetensorsFile
  private let images: StoredTensor
  private let embeddings: StoredTensor

  /// Opens a data set and checks that its parts fit together.
  package static func open(path: String) throws(RuntimeError) -> DataSet {
    try DataSet(SafetensorsFile.read(path: path), path: path)
  }

  private init(_ file: SafetensorsFile, path: String) throws(RuntimeError) {
    guard file.metadata["format"] == Self.format else {
      throw RuntimeError(
        .invalid,
        "'\(path)' is not a data set; build one with 'planform data emoji' or 'planform data folder'"
      )
    }
    let subject = "data set '\(path)'"
    images = try Self.tensor("images", .uint8, rank: 4, in: file, subject)
    embeddings = try Self.tensor("embeddings", .float32, rank: 3, in: file, subject)
    count = images.shape[0]
    imageSize = (width: images.shape[2], height: images.shape[1])
    captionsPerPicture = embeddings.shape[1]
    embeddingDimension = embeddings.shape[2]
    guard images.shape.allSatisfy({ $0 > 0 }), images.shape[3] == 3,
      embeddings.shape.allSatisfy({ $0 > 0 }), embeddings.shape[0] == count
    else {
      throw RuntimeError(
        .invalid,
        "\(subject): expected images [N, H, W, 3] and embeddings [N, captions, D], "
          + "found \(images.shape) and \(embeddings.shape)")
    }
    captions = try Self.captions(
      file.metadata["captions"] ?? "", count: count, each: captionsPerPicture, subject)
    classes = try Self.classes(file.metadata["classes"] ?? "[]", subject)
    labels = try Self.labels(in: file, count: count, classes: classes.count, subject)
    pairs = try Self.numbers("pairs", in: file, count: count, subject)
    split = file.metadata["split"]
    embedding = file.metadata["embedding"] ?? "unknown"
    self.file = file
    self.path = path
  }

  /// How many classes there are: the named ones, or as many as the labels count up to.
  package var classCount: Int {
    classes.isEmpty ? Int((labels?.max() ?? -1) + 1) : classes.count
  }

  // MARK: Samples

  /// What is said about a picture, `captionsPerPicture` texts.
  package func captions(at index: Int) -> [String] { captions[index] }

  package func picture(at index: Int) -> Picture {
    Picture(
      width: imageSize.width, height: imageSize.height,
      rgb: withPixels(at: index) { Array($0) })
  }

  package func embedding(at index: Int, caption: Int) -> [Float] {
    withEmbedding(at: index, caption: caption) { $0.elements(Float.self) }
  }

  /// Calls `body` with a picture's RGB bytes.
  func withPixels<Result>(
    at index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let size = imageSize.width * imageSize.height * 3
    return file.withBytes(of: images) { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]).bytes())
    }
  }

  /// Calls `body` with the bytes of one caption's float32 vector, which need not be aligned.
  func withEmbedding<Result>(
    at index: Int, caption: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    let size = embeddingDimension * MemoryLayout<Float>.size
    let start = (index * captionsPerPicture + caption) * size
    return file.withBytes(of: embeddings) { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]))
    }
  }
}

// MARK: Checks

extension DataSet {
  /// The metadata's mark of a data set.
  static let format = "planform-dataset-1"

  private static func tensor(
    _ name: String, _ element: StoredElement, rank: Int, in file: SafetensorsFile,
    _ subject: String
  ) throws(RuntimeError) -> StoredTensor {
    guard file.contains(name) else {
      throw RuntimeError(.invalid, "\(subject): the tensor '\(name)' is missing")
    }
    let tensor = try file.stored(name)
    guard tensor.element == element, tensor.shape.count == rank else {
      throw RuntimeError(
        .invalid,
        "\(subject): expected '\(name)' as \(element.rawValue) with \(rank) axes, "
          + "found \(tensor.element.rawValue) of shape \(tensor.shape)")
    }
    return tensor
  }

  private static func captions(
    _ text: String, count: Int, each: Int, _ subject: String
  ) throws(RuntimeError) -> [[String]] {
    let json = try JSON.parse(text, of: "\(subject): captions")
    let captions = (json.elements ?? []).compactMap(\.strings)
    guard captions.count == count, captions.allSatisfy({ $0.count == each }) else {
      throw RuntimeError(
        .invalid, "\(subject): expected \(each) captions for each of the \(count) pictures")
    }
    return captions
  }

  private static func classes(
    _ text: String, _ subject: String
  ) throws(RuntimeError) -> [String] {
    guard let classes = try JSON.parse(text, of: "\(subject): classes").strings else {
      throw RuntimeError(.invalid, "\(subject): the classes are not an array of strings")
    }
    return classes
  }

  private static func labels(
    in file: SafetensorsFile, count: Int, classes: Int, _ subject: String
  ) throws(RuntimeError) -> [Int64]? {
    guard let labels = try numbers("labels", in: file, count: count, subject) else { return nil }
    if let label = labels.first(where: { $0 < 0 || classes > 0 && $0 >= classes }) {
      throw RuntimeError(.invalid, "\(subject): label \(label) is outside the \(classes) classes")
    }
    return labels
  }

  /// A whole number for each picture.
  private static func numbers(
    _ name: String, in file: SafetensorsFile, count: Int, _ subject: String
  ) throws(RuntimeError) -> [Int64]? {
    guard file.contains(name) else { return nil }
    guard case .int64(let numbers) = try file.tensor(name).elements, numbers.count == count else {
      throw RuntimeError(.invalid, "\(subject): expected \(count) \(name) of type I64")
    }
    return numbers
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func bytes() -> UnsafeBufferPointer<UInt8> { bindMemory(to: UInt8.self) }
}
