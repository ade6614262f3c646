import GraphIR

/// Takes the keys of a mapping one by one and, at the end, reports those that nobody asked for.
///
/// What a mapping may hold is thus declared where it is read and nowhere else.
struct MappingReader {
  /// What the mapping is, for messages: "network 'generator'".
  let subject: String
  let location: SourceLocation

  private let entries: [(key: YAMLNode, value: YAMLNode)]
  private let log: DiagnosticLog
  private var asked: [String] = []

  /// Nil, and an error, when the node is neither a mapping nor null; null has no keys.
  init?(_ node: YAMLNode, _ subject: String, log: DiagnosticLog) {
    guard node.isNull || node.mapping != nil else {
      log.report(Diagnostic(.expectedMapping(subject, found: node), at: node.location))
      return nil
    }
    entries = node.mapping ?? []
    location = node.location
    self.subject = subject
    self.log = log
  }

  mutating func take(_ key: String) -> YAMLNode? {
    asked.append(key)
    return entries.first { $0.key.text == key }?.value
  }

  /// The value under `key`, or nil and an error.
  mutating func require(_ key: String) -> YAMLNode? {
    guard let value = take(key) else {
      log.report(Diagnostic(.missingKey(subject, key), at: location))
      return nil
    }
    return value
  }

  /// All entries that nobody has asked for yet.
  func rest() -> [Attribute] {
    let asked = Set(asked)
    return entries.compactMap { entry in
      guard let key = entry.key.text, !asked.contains(key) else { return nil }
      return Attribute(key: key, keyLocation: entry.key.location, value: entry.value)
    }
  }

  /// Reports every key that nobody has asked for.
  func finish() {
    for attribute in rest() {
      log.report(Diagnostic(.unknownKey(attribute.key, among: asked), at: attribute.keyLocation))
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedMapping(_ subject: String, found: YAMLNode) -> Self {
    "\(subject) is a mapping ('key: value'), found \(found.summary)"
  }

  fileprivate static func missingKey(_ subject: String, _ key: String) -> Self {
    "\(subject) needs '\(key)'"
  }

  static func unknownKey(_ key: String, among known: [String]) -> Self {
    let suggestion = Suggestion.phrase(for: key, among: known)
    let expected = suggestion.isEmpty ? "; expected one of: \(known.joined(separator: ", "))" : ""
    return "unknown key '\(key.excerpt)'\(suggestion)\(expected)"
  }
}
