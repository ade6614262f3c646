package import Plan
package import Runtime

/// An input of a program that draws pictures, and what may be put into it.
package struct SampleInput: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// `[batch, dimension]`: a text's embedding.
    case text(dimension: Int)
    /// `[batch]` or `[]` of whole numbers: a class, by number or name.
    case label
    /// `[batch, channels, height, width]` with one channel or three.
    case picture(channels: Int, height: Int, width: Int)
    /// `[batch]`, `[batch, 1]` or `[]`.
    case number
  }

  package var name: String
  package var kind: Kind
  package var element: ElementType
  package var shape: [Int]
  /// Whether one value serves the whole run; pictures that differ in it are drawn in runs of their own.
  package var isShared: Bool { shape.isEmpty }
  /// The shape of one picture's value.
  package var sampleShape: [Int] { Array(shape.dropFirst()) }

  /// - Throws: `.invalid` for a shape that no text, label, picture or number has.
  init(
    _ name: String, _ element: ElementType, _ shape: [Int], of program: PictureProgram
  ) throws(RuntimeError) {
    self.name = name
    self.element = element
    self.shape = shape
    let rest = Array(shape.dropFirst())
    let isBatch = shape.isEmpty || shape[0] == program.batch
    switch (element, rest.count) {
    case (.int64, 0) where isBatch: kind = .label
    case (.float32, 0) where isBatch: kind = .number
    case (.float32, 1) where isBatch: kind = rest == [1] ? .number : .text(dimension: rest[0])
    case (.float32, 3) where isBatch && (rest[0] == 1 || rest[0] == 3):
      kind = .picture(channels: rest[0], height: rest[1], width: rest[2])
    default:
      throw RuntimeError(
        .invalid,
        "the program '\(program.program.name)' wants '\(name)' of shape \(shape), which is neither a "
          + "text, a label, a picture nor a number; use 'planform run'")
    }
  }

  /// The input as errors list it: `'source' [8, 3, 64, 64] (picture)`.
  var listed: String { "'\(name)' \(shape) (\(kindName))" }

  var kindName: String {
    switch kind {
    case .text: "text"
    case .label: "label"
    case .picture: "picture"
    case .number: "number"
    }
  }
}

/// The value of one input in one cell of a sheet.
package struct CellValue: Sendable, Hashable {
  /// One sample, without the batch axis.
  package var tensor: HostTensor
  /// What a header says about it.
  package var caption: String
  /// What a header shows of it.
  package var picture: Picture?
  /// Which picture of the data set it is from.
  package var dataIndex: Int?

  package init(
    _ tensor: HostTensor, caption: String, picture: Picture? = nil, dataIndex: Int? = nil
  ) {
    self.tensor = tensor
    self.caption = caption
    self.picture = picture
    self.dataIndex = dataIndex
  }
}

/// One picture to be drawn: a value for every input, and the noise.
package struct Cell: Sendable, Hashable {
  package var values: [String: CellValue]
  package var noise: Noise

  package init(values: [String: CellValue], noise: Noise) {
    self.values = values
    self.noise = noise
  }
}
