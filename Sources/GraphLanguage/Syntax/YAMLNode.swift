package import GraphIR

/// One node of a YAML document, with the place where it stands.
///
/// Aliases and merge keys are already resolved; a scalar keeps its text, and what type it has is asked on demand
/// (`scalarValue`), because the language decides by context whether `4` is a number or a name.
package struct YAMLNode: Sendable {
  package enum Content: Sendable {
    case null
    /// Text; `isPlain` when it stands without quotes, so that it may be a number or a boolean.
    case scalar(text: String, isPlain: Bool)
    case sequence([YAMLNode])
    /// Keys are scalars and pairwise different, in the order of the file.
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  package var location: SourceLocation
  package var content: Content
  /// Columns from `location` to the first character of a scalar's text; nil when the text does not stand in the file as
  /// it is, on one line (escapes, folded lines).
  package var textOffset: Int?

  package init(_ content: Content, at location: SourceLocation, textOffset: Int? = nil) {
    self.content = content
    self.location = location
    self.textOffset = textOffset
  }

  package var isNull: Bool {
    if case .null = content { true } else { false }
  }

  /// The text of a scalar, whatever its type.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  package var sequence: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  package var mapping: [(key: YAMLNode, value: YAMLNode)]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// The value under `key`, when this is a mapping that has it.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.text == key }?.value
  }

  /// What this is, for messages: "a list", "the number 4", "the text 'relu'".
  package var summary: String {
    switch content {
    case .null: return "nothing"
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let text, _):
      switch scalarValue {
      case .number: return "the number \(text.excerpt)"
      case .boolean: return text.excerpt
      case .text, nil: return "the text '\(text.excerpt)'"
      }
    }
  }
}

extension String {
  /// The text for use in a message: one line, and cut where it grows too long to read.
  package var excerpt: String {
    let limit = 60
    let line = String(prefix(limit).map { $0.isNewline ? " " : $0 })
    return dropFirst(limit).isEmpty ? line : line + "…"
  }
}
