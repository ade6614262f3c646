package import Runtime

/// A pattern of tensor names, such as `generator/upBlock_{i}.conv3x3.weight` or `G/*.bias`.
///
/// `*` stands for any text and `{p}` for a part of a name without dots and slashes. `{i+1}` stands for a whole number,
/// greater by one than what `{i}` is on the other side of a rule. A pattern can match a name and, with what was found,
/// be written out again.
package struct WeightPattern: Sendable, Hashable, CustomStringConvertible {
  /// What the wildcards of a match stand for.
  package struct Captures: Sendable, Hashable {
    fileprivate var texts: [String] = []
    fileprivate var parts: [String: String] = [:]
  }

  private enum Piece: Sendable, Hashable {
    case literal(Substring)
    case anyText
    /// A part of a name; with an offset, a number that is written as this much more than the part says.
    case part(name: String, offset: Int?)
  }

  /// More wildcards would make matching slow on names that somebody chose to be slow.
  private static let maximumWildcards = 3
  private static let maximumParts = 6
  private static let maximumNameLength = 1_000

  package let description: String
  private let pieces: [Piece]

  /// Parses a pattern as it stands in a map.
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
        pieces.append(try Self.part(rest[rest.index(after: rest.startIndex)..<end], in: text))
        rest = rest[rest.index(after: end)...]
      default:
        let literal = rest.prefix { $0 != "*" && $0 != "{" }
        pieces.append(.literal(literal))
        rest = rest[literal.endIndex...]
      }
    }
    self.pieces = pieces
    guard wildcardCount <= Self.maximumWildcards, partCount <= Self.maximumParts else {
      throw RuntimeError(
        .invalid,
        "pattern '\(text)': expected at most \(Self.maximumWildcards) '*' and \(Self.maximumParts) "
          + "braces")
    }
  }

  /// The inside of `{i}`, `{i+1}` or `{i-1}`.
  private static func part(_ inside: Substring, in text: String) throws(RuntimeError) -> Piece {
    let name = inside.prefix { $0.isLetter || $0 == "_" }
    let offset = inside[name.endIndex...]
    guard !name.isEmpty, offset.isEmpty || offset.first == "+" || offset.first == "-",
      let value = offset.isEmpty ? 0 : Int(offset), abs(value) <= 1_000
    else {
      throw RuntimeError(
        .invalid,
        "pattern '\(text)': expected a name and perhaps an offset, as in '{i+1}', found '{\(inside)}'"
      )
    }
    return .part(name: String(name), offset: offset.isEmpty ? nil : value)
  }

  /// The names in braces.
  package var partNames: Set<String> {
    Set(pieces.compactMap { if case .part(let name, _) = $0 { name } else { nil } })
  }

  /// How many `*` the pattern has.
  package var wildcardCount: Int { pieces.count { $0 == .anyText } }

  private var partCount: Int {
    pieces.count { if case .part = $0 { true } else { false } }
  }

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
    case .part(let name, let offset):
      return matchPart(named: name, offset, others, rest, captures)
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

  private func matchPart(
    named name: String, _ offset: Int?, _ others: ArraySlice<Piece>, _ rest: Substring,
    _ captures: Captures
  ) -> Captures? {
    var end = rest.startIndex
    while end < rest.endIndex, rest[end] != ".", rest[end] != "/" {
      end = rest.index(after: end)
      // Numbers are taken whole: `{i+1}` must not find the 1 of 12.
      if offset != nil, end < rest.endIndex, rest[end].isNumber { continue }
      guard let value = Self.shifted(String(rest[..<end]), by: -(offset ?? 0), offset != nil),
        captures.parts[name, default: value] == value
      else { continue }
      var extended = captures
      extended.parts[name] = value
      if let found = match(others, rest[end...], extended) { return found }
    }
    return nil
  }

  /// The text itself, or the number that it is plus an offset.
  ///
  /// Nil where a number is wanted and the text is none, has leading zeros, or would become negative.
  private static func shifted(_ text: String, by offset: Int, _ isNumber: Bool) -> String? {
    guard isNumber else { return text }
    guard let number = Int(text), number <= Int.max / 2, String(number) == text,
      number + offset >= 0
    else { return nil }
    return String(number + offset)
  }

  // MARK: Writing

  /// The name that the pattern stands for with these captures; nil if a number is wanted where there is none.
  package func name(for captures: Captures) -> String? {
    var name = ""
    var texts = captures.texts[...]
    for piece in pieces {
      switch piece {
      case .literal(let text): name += text
      case .anyText: name += texts.popFirst() ?? ""
      case .part(let part, let offset):
        guard
          let text = Self.shifted(
            captures.parts[part] ?? "", by: offset ?? 0, offset != nil)
        else { return nil }
        name += text
      }
    }
    return name
  }
}
