import GraphIR

/// Turns located nodes into declarations; the extensions take one section of a file each.
///
/// A function that cannot make anything of a node reports why and returns nil, and parsing goes on.
struct SyntaxParser {
  let log: DiagnosticLog

  /// Words of formulas and shapes, which therefore name nothing.
  private static let reservedNames = ExpressionParser.reservedWords.union(["any", "_"])

  // MARK: Names

  /// A scalar that is a name: letters, digits and `_`.
  func name(_ node: YAMLNode, of subject: String) -> Name? {
    guard let text = node.text else {
      log.report(Diagnostic(.expectedName(subject, found: node.summary), at: node.location))
      return nil
    }
    guard isWellFormed(text) else {
      log.report(Diagnostic(.malformedName(subject, text), at: node.location))
      return nil
    }
    guard !Self.reservedNames.contains(text) else {
      log.report(Diagnostic(.reservedName(subject, text), at: node.location))
      return nil
    }
    return Name(text: text, location: node.location)
  }

  /// One name or a list of names.
  func names(_ node: YAMLNode, of subject: String) -> [Name] {
    unique((node.sequence ?? [node]).compactMap { name($0, of: subject) }, subject)
  }

  /// The names that are first of their kind; others are reported.
  func unique(_ names: [Name], _ subject: String) -> [Name] {
    var first: [String: SourceLocation] = [:]
    return names.filter { name in
      if let place = first[name.text] {
        log.report(.duplicate(subject, name, first: place))
        return false
      }
      first[name.text] = name.location
      return true
    }
  }

  /// The entries of a mapping from names to declarations.
  func declarations(
    _ node: YAMLNode?, section: String, subject: String
  ) -> [(name: Name, value: YAMLNode)] {
    guard let node, let reader = MappingReader(node, "'\(section)'", log: log) else { return [] }
    return reader.rest().compactMap { entry in
      let key = YAMLNode(.scalar(text: entry.key, isPlain: true), at: entry.keyLocation)
      return name(key, of: subject).map { ($0, entry.value) }
    }
  }

  private func isWellFormed(_ name: String) -> Bool {
    let characters = name.unicodeScalars
    return name.utf8.count <= 128 && characters.first?.isNameStart == true
      && characters.allSatisfy(\.isNamePart)
  }

  // MARK: Values

  func expression(_ node: YAMLNode?) -> Expression? {
    guard let node else { return nil }
    return log.attempt { () throws(Diagnostic) in try Expression.parse(node) }
  }

  func reference(_ node: YAMLNode?) -> Reference? {
    guard let node else { return nil }
    return log.attempt { () throws(Diagnostic) in try Reference.parse(node) }
  }

  /// One reference or a list of them.
  func references(_ node: YAMLNode?) -> [Reference] {
    guard let node else { return [] }
    return (node.sequence ?? [node]).compactMap { reference($0) }
  }

  /// The items of a list; an error when the node is something else.
  func list(_ node: YAMLNode?, _ subject: String) -> [YAMLNode] {
    guard let node else { return [] }
    guard let items = node.sequence else {
      log.report(Diagnostic(.expectedList(subject, found: node), at: node.location))
      return []
    }
    return items
  }

  /// The bindings under `let:`.
  func bindings(_ node: YAMLNode?) -> [LetBinding] {
    declarations(node, section: "let", subject: "a 'let' value").compactMap { name, value in
      expression(value).map {
        LetBinding(name: name.text, location: name.location, value: $0)
      }
    }
  }

  /// The entries of a mapping, uninterpreted.
  func attributes(_ node: YAMLNode?, _ subject: String) -> [Attribute] {
    guard let node else { return [] }
    return MappingReader(node, subject, log: log)?.rest() ?? []
  }
}

extension Diagnostic {
  /// A second declaration of a name, pointing at the first.
  static func duplicate(_ subject: String, _ name: Name, first: SourceLocation) -> Diagnostic {
    Diagnostic(
      "duplicate name '\(name.text)' of \(subject)", at: name.location,
      notes: [.init("'\(name.text)' is declared here first", at: first)])
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedName(_ subject: String, found: String) -> Self {
    "expected the name of \(subject), found \(found)"
  }

  fileprivate static func malformedName(_ subject: String, _ name: String) -> Self {
    """
    '\(name.excerpt)' cannot name \(subject): a name is letters, digits and '_', and does not begin \
    with a digit
    """
  }

  fileprivate static func reservedName(_ subject: String, _ name: String) -> Self {
    "'\(name)' cannot name \(subject): it is a word of the language"
  }

  fileprivate static func expectedList(_ subject: String, found: YAMLNode) -> Self {
    "\(subject) is a list, found \(found.summary)"
  }
}
