import GraphIR

/// One word or sign of a formula.
struct ExpressionToken: Hashable {
  enum Kind: Hashable {
    case number(Number)
    case name(String)
    /// What stands between quotes.
    case text(String)
    /// An operator, a bracket or a separator, as written.
    case sign(String)
    case end
  }

  var kind: Kind
  /// Characters before it.
  var start: Int
  var end: Int
}

/// Where a formula stands, so that a character of it has a place in the file.
struct ExpressionSource {
  static let lengthLimit = 4096

  var text: String
  var location: SourceLocation
  /// Whether the text stands in the file as it is; if not, everything is placed at its beginning.
  var isVerbatim: Bool

  func location(at offset: Int) -> SourceLocation {
    guard isVerbatim else { return location }
    var place = location
    place.column += offset
    return place
  }
}

/// Cuts a formula into tokens.
struct ExpressionLexer {
  private static let signs: [String] = [
    "**", "//", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "<", ">", "=", "(", ")", "[", "]",
    ",", ":", ".",
  ]

  private let source: ExpressionSource
  private let characters: [Unicode.Scalar]
  private var position = 0

  static func tokens(of source: ExpressionSource) throws(Diagnostic) -> [ExpressionToken] {
    guard source.text.utf8.count <= ExpressionSource.lengthLimit else {
      throw Diagnostic(.tooLong(source.text.utf8.count), at: source.location)
    }
    var lexer = ExpressionLexer(source)
    var tokens: [ExpressionToken] = []
    while let token = try lexer.next() { tokens.append(token) }
    let end = lexer.characters.count
    tokens.append(ExpressionToken(kind: .end, start: end, end: end))
    return tokens
  }

  private init(_ source: ExpressionSource) {
    self.source = source
    characters = Array(source.text.unicodeScalars)
  }

  private mutating func next() throws(Diagnostic) -> ExpressionToken? {
    while position < characters.count, characters[position].properties.isWhitespace {
      position += 1
    }
    guard position < characters.count else { return nil }
    let start = position
    let kind: ExpressionToken.Kind
    if characters[start].isDigit || (characters[start] == "." && follows(start).isDigit) {
      kind = .number(try number())
    } else if characters[start].isNameStart {
      while position < characters.count, characters[position].isNamePart { position += 1 }
      kind = .name(text(from: start))
    } else if characters[start] == "'" || characters[start] == "\"" {
      kind = .text(try quoted())
    } else if let sign = Self.signs.first(where: { matches($0) }) {
      position += sign.unicodeScalars.count
      kind = .sign(sign)
    } else {
      throw Diagnostic(.unexpectedCharacter(characters[start]), at: source.location(at: start))
    }
    return ExpressionToken(kind: kind, start: start, end: position)
  }

  /// Digits with an optional fraction and exponent; the core schema decides what they are worth.
  private mutating func number() throws(Diagnostic) -> Number {
    let start = position
    while position < characters.count {
      let character = characters[position]
      let isSignOfExponent =
        (character == "+" || character == "-") && position > start
        && (characters[position - 1] == "e" || characters[position - 1] == "E")
        && !text(from: start).hasPrefix("0x")
      guard character.isNamePart || character == "." || isSignOfExponent else { break }
      position += 1
    }
    guard let number = Number(core: text(from: start)) else {
      throw Diagnostic(.notANumber(text(from: start)), at: source.location(at: start))
    }
    return number
  }

  /// A text in single or double quotes, which has no escapes.
  private mutating func quoted() throws(Diagnostic) -> String {
    let (start, quote) = (position, characters[position])
    guard let end = characters[(start + 1)...].firstIndex(of: quote) else {
      throw Diagnostic(.openQuote, at: source.location(at: start))
    }
    position = end
    let text = text(from: start + 1)
    position = end + 1
    return text
  }

  private func text(from start: Int) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: characters[start..<position])
    return String(text)
  }

  private func follows(_ index: Int) -> Unicode.Scalar {
    index + 1 < characters.count ? characters[index + 1] : " "
  }

  private func matches(_ sign: String) -> Bool {
    characters[position...].starts(with: sign.unicodeScalars)
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { ("0"..."9").contains(self) }
  var isNameStart: Bool { self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
  var isNamePart: Bool { isNameStart || isDigit }
}

extension Diagnostic.Message {
  fileprivate static func tooLong(_ count: Int) -> Self {
    """
    an expression of \(count) characters is too long; the limit is \
    \(ExpressionSource.lengthLimit)
    """
  }

  fileprivate static func unexpectedCharacter(_ character: Unicode.Scalar) -> Self {
    "unexpected character '\(String(character).excerpt)' in an expression"
  }

  fileprivate static let openQuote: Self = "a text in an expression lacks its closing quote"

  fileprivate static func notANumber(_ text: String) -> Self {
    "'\(text.excerpt)' is not a number that can be represented"
  }
}
