import Plan
import Runtime

/// How one input of a program is filled, checked against the data set.
struct InputFill: Sendable {
  private enum Content: Sendable {
    case images(ImageSampler)
    case embeddings(captions: Int)
    case labels([Int64])
  }

  let input: String
  /// The draw whose pictures it shows.
  let draw: String
  /// Bytes of a whole batch.
  let byteCount: Int
  private let content: Content

  init(
    _ source: DataSource, shape: [Int], batch: Int, dataSet: DataSet
  ) throws(RuntimeError) {
    input = source.input
    draw = source.draw
    guard shape.first == batch, shape.allSatisfy({ $0 > 0 }) else {
      throw RuntimeError(
        .invalid, "input '\(source.input)' has shape \(shape); expected a batch of \(batch)")
    }
    let width: Int
    switch source.content {
    case .images(let transform):
      content = .images(try Self.sampler(transform, for: source.input, shape, dataSet))
      width = MemoryLayout<Float>.size
    case .embeddings(let captions, let slice):
      try Self.checkEmbeddings(captions, slice, for: source.input, shape, dataSet)
      content = .embeddings(captions: captions)
      width = MemoryLayout<Float>.size
    case .labels(let classes):
      content = .labels(try Self.labels(classes, for: source.input, shape, dataSet))
      width = MemoryLayout<Int64>.size
    }
    byteCount = shape.reduce(width, *)
  }

  // MARK: Filling

  func callAsFunction(
    _ indices: [Int], _ variations: [SampleVariation], of dataSet: DataSet,
    into buffer: UnsafeMutableRawBufferPointer
  ) {
    let stride = buffer.count / indices.count
    for (sample, index) in indices.enumerated() {
      let target = UnsafeMutableRawBufferPointer(
        rebasing: buffer[sample * stride..<(sample + 1) * stride])
      switch content {
      case .images(let sampler):
        dataSet.withPixels(at: index) {
          sampler.sample($0, variations[sample], into: target.bindMemory(to: Float.self))
        }
      case .embeddings(let captions):
        let chosen = variations[sample].captions.prefix(captions)
        mean(of: chosen, at: index, in: dataSet, into: target.bindMemory(to: Float.self))
      case .labels(let labels):
        target.storeBytes(of: labels[index], as: Int64.self)
      }
    }
  }

  private func mean(
    of captions: ArraySlice<Int>, at index: Int, in dataSet: DataSet,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    target.update(repeating: 0)
    for caption in captions {
      dataSet.withEmbedding(at: index, caption: caption) { bytes in
        for position in target.indices {
          target[position] += bytes.loadUnaligned(
            fromByteOffset: position * MemoryLayout<Float>.size, as: Float.self)
        }
      }
    }
    guard captions.count > 1 else { return }
    for position in target.indices { target[position] /= Float(captions.count) }
  }

  // MARK: Checks

  private static func sampler(
    _ transform: ImageTransform, for input: String, _ shape: [Int], _ dataSet: DataSet
  ) throws(RuntimeError) -> ImageSampler {
    guard shape.count == 4, shape[1] == 3 || shape[1] == 1 else {
      throw RuntimeError(
        .invalid,
        "input '\(input)' has shape \(shape); pictures need [batch, 3, height, width], or "
          + "[batch, 1, height, width] to be grey")
    }
    if let side = transform.resize, !(1...Picture.maximumSide ~= side) {
      throw RuntimeError(
        .invalid, "input '\(input)': resize must be from 1 to \(Picture.maximumSide), not \(side)")
    }
    guard transform.low.isFinite, transform.high.isFinite else {
      throw RuntimeError(.invalid, "input '\(input)': the range of pixels must be finite")
    }
    let sampler = ImageSampler(transform, stored: dataSet.imageSize, isGrey: shape[1] == 1)
    let (from, to) = (sampler.resized, sampler.size)
    guard 1...from.width ~= to.width, 1...from.height ~= to.height else {
      throw RuntimeError(
        .invalid,
        "input '\(input)': cannot crop \(to.width) pixels from pictures of \(from.width) x "
          + "\(from.height); give 'resize' in the plan's data section or build the data set with "
          + "--size \(to.width) or more")
    }
    guard (shape[3], shape[2]) == to else {
      throw RuntimeError(
        .invalid,
        "the data set's pictures become \(to.width) x \(to.height) but the plan's input '\(input)' "
          + "wants \(shape[3]) x \(shape[2]); set 'resize' or 'random_crop' to \(shape[3]) in its "
          + "data section, or build the data set with --size \(shape[3])")
    }
    return sampler
  }

  private static func checkEmbeddings(
    _ captions: Int, _ slice: Int?, for input: String, _ shape: [Int], _ dataSet: DataSet
  ) throws(RuntimeError) {
    guard shape.count == 2 else {
      throw RuntimeError(
        .invalid, "input '\(input)' has shape \(shape); embeddings need [batch, dimension]")
    }
    let stored = dataSet.embeddingDimension
    if let slice, slice > stored {
      throw RuntimeError(
        .invalid,
        "input '\(input)' wants the first \(slice) numbers of each embedding, but the data set's "
          + "have \(stored); set 'slice' in its data section to at most \(stored), or build the "
          + "data set with longer embeddings")
    }
    if let slice, slice != shape[1] {
      throw RuntimeError(
        .invalid,
        "input '\(input)' has \(shape[1]) numbers a sample, but 'slice' in its data section takes "
          + "\(slice)")
    }
    guard slice != nil || shape[1] == stored else {
      throw RuntimeError(
        .invalid,
        "the data set's embeddings have \(stored) dimensions but the plan's "
          + "input '\(input)' wants \(shape[1]); compile with --set "
          + "text_dim=\(stored) or build the data set with --dimension \(shape[1])")
    }
    guard 1...dataSet.captionsPerPicture ~= captions else {
      throw RuntimeError(
        .invalid,
        "input '\(input)' wants the mean of \(captions) captions, but the data set has "
          + "\(dataSet.captionsPerPicture) a picture; set 'captions' in its data section to "
          + "1...\(dataSet.captionsPerPicture)")
    }
  }

  private static func labels(
    _ classes: Int?, for input: String, _ shape: [Int], _ dataSet: DataSet
  ) throws(RuntimeError) -> [Int64] {
    guard shape.count == 1 else {
      throw RuntimeError(.invalid, "input '\(input)' has shape \(shape); labels need [batch]")
    }
    guard let labels = dataSet.labels else {
      throw RuntimeError(
        .invalid,
        "input '\(input)' wants labels, and the data set has none; build it from a folder whose "
          + "sub-folders are the classes")
    }
    guard let classes, classes != dataSet.classCount else { return labels }
    let names =
      dataSet.classes.isEmpty ? "" : " (\(dataSet.classes.prefix(8).joined(separator: ", ")))"
    throw RuntimeError(
      .invalid,
      "input '\(input)' wants labels of \(classes) classes, but the data set has "
        + "\(dataSet.classCount)\(names); compile the plan for \(dataSet.classCount), or build the "
        + "data set of \(classes)")
  }
}
