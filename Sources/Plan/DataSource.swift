/// How a data set fills one input of the train program.
///
/// The closed set of things that the data pipeline can do; a YAML file's `data:` section chooses among them.
package struct DataSource: Codable, Sendable, Hashable {
  package enum Content: Codable, Sendable, Hashable {
    /// Pictures of the data set, transformed on the fly.
    case images(ImageTransform)
    /// The mean of `captions` distinct caption embeddings of the picture, chosen at random; of each the first `slice`
    /// numbers, or all.
    case embeddings(captions: Int, slice: Int? = nil)
    /// The picture's class or domain, as int64. If `classes` is given, the data set must have as many.
    case labels(classes: Int? = nil)
  }

  /// The program input that this source fills.
  package var input: String
  /// The name of the draw whose pictures it shows.
  package var draw: String
  package var content: Content

  package init(input: String, of draw: String = Draw.sample, content: Content) {
    self.input = input
    self.draw = draw
    self.content = content
  }
}

/// What happens to a picture between the data set and the network, in this order.
package struct ImageTransform: Codable, Sendable, Hashable {
  /// A part of the picture cut out at random before it is resized.
  package var resizedCrop: RandomResizedCrop?
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
    resizedCrop: RandomResizedCrop? = nil, resize: Int? = nil, randomCrop: Int? = nil,
    horizontalFlip: Bool = false, low: Double = -1, high: Double = 1
  ) {
    self.resizedCrop = resizedCrop
    self.resize = resize
    self.randomCrop = randomCrop
    self.horizontalFlip = horizontalFlip
    self.low = low
    self.high = high
  }
}

/// A part of a picture of random size, shape and place, stretched to the size that the whole would have had.
package struct RandomResizedCrop: Codable, Sendable, Hashable {
  /// Least and greatest share of the picture's area.
  package var minimumScale: Double
  package var maximumScale: Double
  /// Least and greatest ratio of width to height.
  package var minimumRatio: Double
  package var maximumRatio: Double
  /// How often anything is cut at all.
  package var probability: Double

  package init(
    scale: ClosedRange<Double>, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3,
    probability: Double = 1
  ) {
    minimumScale = scale.lowerBound
    maximumScale = scale.upperBound
    minimumRatio = ratio.lowerBound
    maximumRatio = ratio.upperBound
    self.probability = probability
  }
}
