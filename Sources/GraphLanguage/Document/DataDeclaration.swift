package import GraphIR

/// One of `data:`; how a data set fills an input of the train program.
package struct DataDeclaration: Sendable {
  package enum Content: Sendable {
    case images(ImageSyntax)
    /// `{from: embeddings, captions: 4}`; one caption unless given.
    case embeddings(captions: YAMLNode?)
    case labels
  }

  /// Numbers stay nodes: they may be expressions.
  package struct ImageSyntax: Sendable {
    package var resize: YAMLNode?
    package var randomCrop: YAMLNode?
    package var horizontalFlip: Bool
    /// What the bytes 0 and 255 become.
    package var range: (low: YAMLNode, high: YAMLNode)?
  }

  package var input: String
  package var location: SourceLocation
  package var content: Content
}
