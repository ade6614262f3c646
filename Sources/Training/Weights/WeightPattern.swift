package import Runtime

/// A pattern of tensor names, such as `generator/upBlock_{i}.conv3x3.weight` or `G/*.bias`.
///
/// `*` stands for any text, `{i}` for a whole number, and `{i+1}` for one that is greater by one than what `{i}` is on
/// the other side of a rule. A pattern can match a name and, with what was found, be written out again.
package struct WeightPattern: Sendable, Hashable, CustomStringConvertible {
  /// What the wildcards of a match stand for.
  package struct Captures: Sendable, Hashable {
    fileprivate var texts: [String] = []
    fileprivate var numbers: [String: Int] = [:]
  }

  private enum Piece: Sendable, Hashable {
    case literal(Substring)
    case anyText
    /// A number, written as `offset` more than the value of its name.
    case number(name: String, offset: Int)
  }

  /// More wildcards would make matching slow on names that somebody chose to be slow.
  private static let maximumWildcards = 3
  private static let maximumNameLength = 1_000

  package let description: String
  private let pieces: [Piece]

  /// The name or wildcard text as it stands in a map.
  ///
  /// - Throws: `.invalid` for a brace that is not closed or holds no name, and for too many wildcards.
  package init(_ text: String) throws(RuntimeError) {
    description = text
    var pieces: [Piece] = []
    var rest = text[...]
    while let first = rest.first {
      switch first {
      case "*":
        pieces.append(.anyText)
        rest.removeFirst()
      case "{":
        guard let end = rest.firstIndex(of: "}") else {
          throw RuntimeError(.invalid, "pattern '\(text)': expected '}' after '{', found the end")
        }
        pieces.append(try Self.number(rest[rest.index(after: rest.startIndex)..<end], in: text))
        rest = rest[rest.index(after: end)...]
      default:
        let literal = rest.prefix { $0 != "*" && $0 != "{" }
        pieces.append(.literal(literal))
        rest = rest[literal.endIndex...]
      }
    }
    guard pieces.count(where: { $0 == .anyText }) <= Self.maximumWildcards else {
      throw RuntimeError(
        .invalid, "pattern '\(text)': expected at most \(Self.maximumWildcards) '*'")
    }
    self.pieces = pieces
  }

  /// The inside of `{i}`, `{i+1}` or `{i-1}`.
  private static func number(_ inside: Substring, in text: String) throws(RuntimeError) -> Piece {
    let name = inside.prefix { $0.isLetter || $0 == "_" }
    let offset = inside[name.endIndex...]
    guard !name.isEmpty, offset.isEmpty || offset.first == "+" || offset.first == "-",
      let value = offset.isEmpty ? 0 : Int(offset), abs(value) < 1_000_000
    else {
      throw RuntimeError(
        .invalid,
        "pattern '\(text)': expected a name and perhaps an offset, as in '{i+1}', found '{\(inside)}'"
      )
    }
    return .number(name: String(name), offset: value)
  }

  /// Whether the pattern stands for one name only.
  package var isLiteral: Bool {
    pieces.allSatisfy { if case .literal = $0 { true } else { false } }
  }

  /// The numbers that the pattern names.
  package var numberNames: Set<String> {
    Set(pieces.compactMap { if case .number(let name, _) = $0 { name } else { nil } })
  }

  /// How many `*` the pattern has.
  package var wildcardCount: Int { pieces.count { $0 == .anyText } }

  // MARK: Matching

  /// What the wildcards stand for in `name`, each `*` as little text as possible; nil if the name does not match.
  package func match(_ name: String) -> Captures? {
    guard name.utf8.count <= Self.maximumNameLength else { return nil }
    return match(pieces[...], name[...], Captures())
  }

  private func match(
    _ pieces: ArraySlice<Piece>, _ rest: Substring, _ captures: Captures
  ) -> Captures? {
    guard let piece = pieces.first else { return rest.isEmpty ? captures : nil }
    let others = pieces.dropFirst()
    switch piece {
    case .literal(let text):
      return rest.hasPrefix(text) ? match(others, rest.dropFirst(text.count), captures) : nil
    case .number(let name, let offset):
      return matchNumber(named: name, offset, others, rest, captures)
    case .anyText:
      var end = rest.startIndex
      while true {
        var extended = captures
        extended.texts.append(String(rest[..<end]))
        if let found = match(others, rest[end...], extended) { return found }
        guard end < rest.endIndex else { return nil }
        end = rest.index(after: end)
      }
    }
  }

  private func matchNumber(
    named name: String, _ offset: Int, _ others: ArraySlice<Piece>, _ rest: Substring,
    _ captures: Captures
  ) -> Captures? {
    let digits = rest.prefix { "0"..."9" ~= $0 }
    // A number with leading zeros could not be written out again as it was.
    guard let written = Int(digits), String(written) == digits else { return nil }
    let value = written - offset
    guard value >= 0, captures.numbers[name, default: value] == value else { return nil }
    var extended = captures
    extended.numbers[name] = value
    return match(others, rest[digits.endIndex...], extended)
  }

  // MARK: Writing

  /// The name that the pattern stands for with these captures; nil if a number would be negative.
  package func name(for captures: Captures) -> String? {
    var name = ""
    var texts = captures.texts[...]
    for piece in pieces {
      switch piece {
      case .literal(let text): name += text
      case .anyText: name += texts.popFirst() ?? ""
      case .number(let number, let offset):
        let (value, overflows) = captures.numbers[number, default: 0].addingReportingOverflow(
          offset)
        guard !overflows, value >= 0 else { return nil }
        name += String(value)
      }
    }
    return name
  }
}
