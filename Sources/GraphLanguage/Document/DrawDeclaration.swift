package import GraphIR
package import Plan

/// One of `draws:`; which pictures of the data set an iteration takes.
package struct DrawDeclaration: Sendable {
  package enum Rule: Sendable {
    case epochs
    case balanced
    /// `{with: reference, class: same}`.
    case related(to: Name, Draw.Relation)
  }

  package var name: String
  package var location: SourceLocation
  package var rule: Rule
  /// The condition under which it exists.
  package var when: Expression?
}

extension Document {
  /// The draws in the order of `draws:`.
  ///
  /// - Throws: at the place of a `with` that names no draw above it.
  package func planDraws() throws(Diagnostic) -> [Draw] {
    var planned: [Draw] = []
    for declaration in draws {
      let rule: Draw.Rule
      switch declaration.rule {
      case .epochs: rule = .epochs
      case .balanced: rule = .balanced
      case .related(let other, let relation):
        try other.check(isOneOf: planned.map(\.name))
        rule = .related(to: other.text, relation)
      }
      planned.append(Draw(declaration.name, rule))
    }
    return planned
  }
}

extension Name {
  /// Throws unless this is the name of one of these draws, or of the one that exists always.
  func check(isOneOf draws: [String]) throws(Diagnostic) {
    let known = [Draw.sample] + draws.filter { $0 != Draw.sample }
    guard known.contains(text) else {
      throw Diagnostic(.unknownDraw(text, among: known), at: location)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownDraw(_ name: String, among known: [String]) -> Self {
    let suggestion = Suggestion.phrase(for: name, among: known)
    let expected = suggestion.isEmpty ? "; expected one of: \(known.joined(separator: ", "))" : ""
    return "no draw '\(name.excerpt)' stands above\(suggestion)\(expected)"
  }
}
