package import GraphIR
package import Plan

/// One of `data:`; how a data set fills an input of the train program.
package struct DataDeclaration: Sendable {
  package enum Content: Sendable {
    case images(ImageSyntax)
    /// `{from: embeddings, captions: 4}`; one caption unless given.
    case embeddings(captions: Expression?)
    case labels
  }

  package struct ImageSyntax: Sendable {
    package var resize: Expression?
    package var randomCrop: Expression?
    package var horizontalFlip: Bool
    /// What the bytes 0 and 255 become.
    package var range: (low: Expression, high: Expression)?
  }

  package var input: String
  package var location: SourceLocation
  package var content: Content
  /// The condition under which it exists.
  package var when: Expression?
}

extension DataDeclaration {
  /// The declaration with its expressions evaluated.
  package func source(
    evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> DataSource {
    switch content {
    case .labels:
      return DataSource(input: input, content: .labels)
    case .embeddings(let captions):
      let count = try positiveInteger(captions, "'captions'", evaluating) ?? 1
      return DataSource(input: input, content: .embeddings(captions: count))
    case .images(let image):
      return DataSource(input: input, content: .images(try transform(image, evaluating)))
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
    for declaration in data { sources.append(try declaration.source(evaluating: evaluating)) }
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

  fileprivate static func emptyRange(_ low: Double, _ high: Double) -> Self {
    "'range' begins below its end, found [\(Number(low)), \(Number(high))]"
  }
}
