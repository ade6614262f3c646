/// How a data set fills one input of the train program.
///
/// The closed set of things that the data pipeline can do; a YAML file's `data:` section chooses among them.
package struct DataSource: Codable, Sendable, Hashable {
  package enum Content: Codable, Sendable, Hashable {
    /// Pictures of the data set, transformed on the fly.
    case images(ImageTransform)
    /// The mean of `captions` distinct caption embeddings of the picture, chosen at random.
    case embeddings(captions: Int)
    /// The picture's class or domain, as int64.
    case labels
  }

  /// The program input that this source fills.
  package var input: String
  package var content: Content

  package init(input: String, content: Content) {
    self.input = input
    self.content = content
  }
}

/// What happens to a picture between the data set and the network, in this order.
package struct ImageTransform: Codable, Sendable, Hashable {
  /// Resized so that both sides have this many pixels; nil keeps the data set's size.
  package var resize: Int?
  /// A square of this side cut at random (at the centre when a program only samples).
  package var randomCrop: Int?
  /// Mirrored left to right with probability one half.
  package var horizontalFlip: Bool
  /// What the bytes 0 and 255 become.
  package var low: Double
  package var high: Double

  package init(
    resize: Int? = nil, randomCrop: Int? = nil, horizontalFlip: Bool = false, low: Double = -1,
    high: Double = 1
  ) {
    self.resize = resize
    self.randomCrop = randomCrop
    self.horizontalFlip = horizontalFlip
    self.low = low
    self.high = high
  }
}
