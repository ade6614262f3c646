package import GraphIR

/// The assignments of `--set`, which replace the values of parameters.
package struct Overrides: Sendable {
  package static let none = Overrides(entries: [])

  /// In the order of the command line; the last one for a name counts.
  package private(set) var entries: [(name: String, text: String)]

  /// Reads assignments such as `gf_dim=32`.
  package init(_ assignments: [String]) throws(Diagnostic) {
    entries = []
    for assignment in assignments {
      guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
        throw Diagnostic(.notAnAssignment(assignment))
      }
      entries.append(
        (String(assignment[..<equals]), String(assignment[assignment.index(after: equals)...])))
    }
  }

  private init(entries: [(name: String, text: String)]) { self.entries = entries }

  /// Gives the named parameters their new values; unknown names and other types are errors.
  func apply(to params: inout [Parameter], log: DiagnosticLog) {
    for entry in entries {
      let option = "--set \(entry.name.excerpt)=\(entry.text.excerpt)"
      guard let index = params.firstIndex(where: { $0.name == entry.name }) else {
        log.report(
          Diagnostic(.unknownParameter(entry.name, known: params.map(\.name)), in: option))
        continue
      }
      let old = params[index]
      guard let value = Self.value(entry.text, like: old.value) else {
        log.report(
          Diagnostic(
            .typeMismatch(entry.text, parameter: old), in: option,
            notes: [.init("'\(old.name)' is declared here", at: old.location)]))
        continue
      }
      guard old.allows(value) else {
        log.report(
          Diagnostic(
            .notAChoice(value, old), in: option,
            notes: [.init("'\(old.name)' is declared here", at: old.location)]))
        continue
      }
      params[index].value = value
    }
  }

  /// The text as a value of the same type as `old`; nil when it is of another type.
  private static func value(_ text: String, like old: Scope.Value) -> Scope.Value? {
    switch (old, scalar(text)) {
    case (.text, _): .text(text)
    case (.number, .number(let number)): .number(number)
    case (.boolean, .boolean(let value)): .boolean(value)
    default: nil
    }
  }

  fileprivate static func scalar(_ text: String) -> YAMLScalar {
    let place = SourceLocation(file: "--set", line: 1, column: 1)
    let node = YAMLNode(.scalar(text: text, isPlain: true), at: place)
    return node.scalarValue ?? .text(text)
  }
}

extension Parameter {
  func allows(_ value: Scope.Value) -> Bool { choices.isEmpty || choices.contains(value) }
}

extension Scope.Value {
  func hasType(of other: Scope.Value) -> Bool { typeName == other.typeName }

  fileprivate var typeName: String {
    switch self {
    case .number: "a number"
    case .boolean: "true or false"
    case .text: "text"
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func notAnAssignment(_ text: String) -> Self {
    "expected an assignment such as 'gf_dim=32', found '\(text.excerpt)'"
  }

  fileprivate static func unknownParameter(_ name: String, known: [String]) -> Self {
    let suggestion = Suggestion.phrase(for: name, among: known)
    let listed = known.isEmpty ? "none" : known.prefix(24).joined(separator: ", ")
    return """
      unknown parameter '\(name.excerpt)'\
      \(suggestion.isEmpty ? "; the file declares \(listed)" : suggestion)
      """
  }

  static func notAChoice(_ value: Scope.Value, _ parameter: Parameter) -> Self {
    let allowed = parameter.choices.map { "'\($0.plainText)'" }.joined(separator: ", ")
    return """
      parameter '\(parameter.name)' is one of \(allowed), found '\(value.plainText.excerpt)'\
      \(Suggestion.phrase(for: value.plainText, among: parameter.choices.map(\.plainText)))
      """
  }

  static func typeMismatch(_ text: String, parameter: Parameter) -> Self {
    let found =
      switch Overrides.scalar(text) {
      case .number: "a number"
      case .boolean: "true or false"
      case .text: "text"
      }
    return """
      type mismatch: '\(text.excerpt)' is \(found) but parameter '\(parameter.name)' is \
      \(parameter.value.typeName)
      """
  }
}
