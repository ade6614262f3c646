package import GraphIR

extension Reference {
  /// Parses a scalar such as `ca.c` or `"hr[:batch-1]"`.
  package static func parse(_ node: YAMLNode) throws(Diagnostic) -> Reference {
    guard let text = node.text else {
      throw Diagnostic(.expectedReference(node.summary), at: node.location)
    }
    let source = ExpressionSource(
      text: text, location: node.textLocation, isVerbatim: node.textOffset != nil)
    var parser = ExpressionParser(source, tokens: try ExpressionLexer.tokens(of: source))
    guard case .name(let name) = parser.current.kind,
      !ExpressionParser.reservedWords.contains(name)
    else {
      throw Diagnostic(.expectedReference("'\(text.excerpt)'"), at: node.textLocation)
    }
    let reference = try parser.reference()
    guard parser.current.kind == .end else {
      throw Diagnostic(.expectedReference("'\(text.excerpt)'"), at: parser.location)
    }
    return reference
  }
}

extension ExpressionParser {
  private static let stepLimit = 16

  /// A name and what is picked from it; the parser stands at the name.
  mutating func reference() throws(Diagnostic) -> Reference {
    let (first, place) = (position, location)
    var reference = Reference(name: try name(), path: [], location: place, text: "")
    while true {
      switch current.kind {
      case .sign("."):
        position += 1
        reference.path.append(.port(try name()))
      case .sign("["):
        position += 1
        reference.path.append(try subscripted())
      default:
        reference.text = text(of: first..<position)
        return reference
      }
      guard reference.path.count <= Self.stepLimit else {
        throw Diagnostic(.tooManySteps(Self.stepLimit), at: place)
      }
    }
  }

  private mutating func name() throws(Diagnostic) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    position += 1
    return name
  }

  /// What stands in brackets, after the opening one: `*`, an instance's number, or ranges.
  private mutating func subscripted() throws(Diagnostic) -> Reference.Step {
    if current.kind == .sign("*") {
      position += 1
      try expect(.sign("]"), "']'")
      return .allInstances
    }
    var ranges: [Reference.AxisRange] = []
    repeat {
      if !ranges.isEmpty { position += 1 }
      let lower = current.kind == .sign(":") ? nil : try parse()
      if let lower, ranges.isEmpty, current.kind == .sign("]") {
        position += 1
        return .instance(lower)
      }
      try expect(.sign(":"), "':'")
      let isOpen = current.kind == .sign(",") || current.kind == .sign("]")
      ranges.append(Reference.AxisRange(lower: lower, upper: isOpen ? nil : try parse()))
    } while current.kind == .sign(",")
    try expect(.sign("]"), "',' or ']'")
    return .slice(ranges)
  }

  private func text(of range: Range<Int>) -> String {
    guard let first = range.first, let last = range.last else { return "" }
    var text = String.UnicodeScalarView()
    let characters = source.text.unicodeScalars.dropFirst(tokens[first].start)
    text.append(contentsOf: characters.prefix(tokens[last].end - tokens[first].start))
    return String(text)
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedReference(_ found: String) -> Self {
    "expected the name of a value, such as 'image', 'ca.c' or 'h[1:]', found \(found)"
  }

  fileprivate static func tooManySteps(_ limit: Int) -> Self {
    "a name with more than \(limit) steps"
  }
}
