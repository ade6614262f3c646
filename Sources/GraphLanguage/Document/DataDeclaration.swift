package import GraphIR
package import Plan

/// One of `data:`; how a data set fills an input of the train program.
package struct DataDeclaration: Sendable {
  package enum Content: Sendable {
    case images(ImageSyntax)
    /// `{from: embeddings, captions: 4, slice: 2400}`; one caption and all its numbers unless given.
    case embeddings(captions: Expression?, slice: Expression?)
    /// `{from: labels, classes: 3}`; any number of classes unless given.
    case labels(classes: Expression?)
  }

  package typealias RangeSyntax = (low: Expression, high: Expression)

  package struct ResizedCropSyntax: Sendable {
    package var scale: RangeSyntax
    package var ratio: RangeSyntax?
    package var probability: Expression?
  }

  package struct ImageSyntax: Sendable {
    package var resizedCrop: ResizedCropSyntax?
    package var resize: Expression?
    package var randomCrop: Expression?
    package var horizontalFlip: Bool
    /// What the bytes 0 and 255 become.
    package var range: RangeSyntax?
  }

  package var input: String
  package var location: SourceLocation
  /// The draw that `of:` names.
  package var draw: Name?
  package var content: Content
  /// The condition under which it exists.
  package var when: Expression?
}

extension DataDeclaration {
  /// The declaration with its expressions evaluated.
  package func source(
    evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> DataSource {
    DataSource(
      input: input, of: draw?.text ?? Draw.sample, content: try planContent(evaluating))
  }

  private func planContent(
    _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> DataSource.Content {
    switch content {
    case .labels(let classes):
      return .labels(classes: try positiveInteger(classes, "'classes'", evaluating))
    case .embeddings(let captions, let slice):
      return .embeddings(
        captions: try positiveInteger(captions, "'captions'", evaluating) ?? 1,
        slice: try positiveInteger(slice, "'slice'", evaluating))
    case .images(let image):
      return .images(try transform(image, evaluating))
    }
  }

  private func transform(
    _ image: ImageSyntax, _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> ImageTransform {
    var transform = ImageTransform(horizontalFlip: image.horizontalFlip)
    transform.resize = try positiveInteger(image.resize, "'resize'", evaluating)
    transform.randomCrop = try positiveInteger(image.randomCrop, "'random_crop'", evaluating)
    if let size = transform.resize, let crop = transform.randomCrop, crop > size {
      throw Diagnostic(.cropTooLarge(crop, size), at: image.randomCrop?.location)
    }
    transform.resizedCrop = try image.resizedCrop.map { crop throws(Diagnostic) in
      try resizedCrop(crop, evaluating)
    }
    if let range = image.range {
      transform.low = try evaluating(range.low).double
      transform.high = try evaluating(range.high).double
      guard transform.low < transform.high else {
        throw Diagnostic(
          .emptyRange(transform.low, transform.high), at: range.low.location)
      }
    }
    return transform
  }

  private func resizedCrop(
    _ crop: ResizedCropSyntax, _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> RandomResizedCrop {
    let scale = try positiveRange(crop.scale, "'scale'", atMost: 1, evaluating)
    var planned = RandomResizedCrop(scale: scale)
    if let ratio = crop.ratio {
      let ratio = try positiveRange(ratio, "'ratio'", atMost: 100, evaluating)
      planned = RandomResizedCrop(scale: scale, ratio: ratio)
    }
    if let probability = crop.probability {
      let number = try evaluating(probability)
      guard 0...1 ~= number.double else {
        throw Diagnostic(.noProbability(number), at: probability.location)
      }
      planned.probability = number.double
    }
    return planned
  }

  private func positiveRange(
    _ range: RangeSyntax, _ subject: String, atMost limit: Double,
    _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> ClosedRange<Double> {
    let (low, high) = (try evaluating(range.low).double, try evaluating(range.high).double)
    guard low > 0, low <= high, high <= limit else {
      throw Diagnostic(.noPositiveRange(subject, limit, low, high), at: range.low.location)
    }
    return low...high
  }

  private func positiveInteger(
    _ expression: Expression?, _ subject: String,
    _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> Int? {
    guard let expression else { return nil }
    let number = try evaluating(expression)
    guard let integer = number.integer, (1...65_536).contains(integer) else {
      throw Diagnostic(.notPositive(subject, number), at: expression.location)
    }
    return integer
  }
}

extension Document {
  /// What a data set must supply, in the order of `data:`.
  package func dataSources(
    evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> [DataSource] {
    var sources: [DataSource] = []
    for declaration in data {
      try declaration.draw?.check(isOneOf: draws.map(\.name))
      sources.append(try declaration.source(evaluating: evaluating))
    }
    return sources
  }
}

extension Diagnostic.Message {
  fileprivate static func notPositive(_ subject: String, _ number: Number) -> Self {
    "\(subject) is a whole number from 1 to 65536, found \(number)"
  }

  fileprivate static func cropTooLarge(_ crop: Int, _ size: Int) -> Self {
    "'random_crop' cuts \(crop) pixels out of pictures that 'resize' makes \(size) wide"
  }

  fileprivate static func noPositiveRange(
    _ subject: String, _ limit: Double, _ low: Double, _ high: Double
  ) -> Self {
    """
    \(subject) is two numbers above 0 and at most \(Number(limit)), the lower first, found \
    [\(Number(low)), \(Number(high))]
    """
  }

  fileprivate static func noProbability(_ number: Number) -> Self {
    "'probability' is a number from 0 to 1, found \(number)"
  }

  fileprivate static func emptyRange(_ low: Double, _ high: Double) -> Self {
    "'range' begins below its end, found [\(Number(low)), \(Number(high))]"
  }
}
