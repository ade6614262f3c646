import Plan

/// Reads the small pieces of the textual form: words, numbers, strings, values, types, attributes.
struct GraphScanner {
  private let scalars: [Unicode.Scalar]
  private let file: String
  private var position = 0
  private var line = 1
  private var column = 1

  init(_ text: String, file: String) {
    scalars = Array(text.unicodeScalars)
    self.file = file
  }

  // MARK: Position

  var location: SourceLocation { SourceLocation(file: file, line: line, column: column) }

  /// The next scalar after spaces, line breaks and comments; nil at the end.
  var next: Unicode.Scalar? {
    mutating get {
      skipSpace()
      return current
    }
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func advance() {
    if scalars[position] == "\n" {
      (line, column) = (line + 1, 1)
    } else {
      column += 1
    }
    position += 1
  }

  private mutating func skipSpace() {
    while let scalar = current {
      if scalar == "/", position + 1 < scalars.count, scalars[position + 1] == "/" {
        while let inside = current, inside != "\n" { advance() }
      } else if scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r" {
        advance()
      } else {
        return
      }
    }
  }

  private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = current, belongs(scalar) {
      text.append(scalar)
      advance()
    }
    return String(text)
  }

  // MARK: Punctuation and words

  /// Skips the given mark, if it is next.
  mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    guard next == mark else { return false }
    advance()
    return true
  }

  mutating func expect(_ mark: Unicode.Scalar) throws(Diagnostic) {
    guard skip(mark) else { throw expected("'\(mark)'") }
  }

  func expected(_ what: String) -> Diagnostic {
    let found = current.map { $0 == "\n" ? "the end of the line" : "'\($0)'" } ?? "the end"
    return Diagnostic(.expected(what, found: found), at: location)
  }

  static func startsWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  static func continuesWord(_ scalar: Unicode.Scalar) -> Bool {
    startsWord(scalar) || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "."
  }

  /// A word of letters, digits, `_`, `-` and `.`.
  mutating func word(_ what: String) throws(Diagnostic) -> String {
    guard let first = next, GraphScanner.startsWord(first) else { throw expected(what) }
    return take(while: GraphScanner.continuesWord)
  }

  /// A word or a string.
  mutating func name(_ what: String) throws(Diagnostic) -> String {
    next == "\"" ? try string() : try word(what)
  }

  /// Text between double quotes.
  mutating func string() throws(Diagnostic) -> String {
    guard next == "\"" else { throw expected("text in double quotes") }
    advance()
    var text = String.UnicodeScalarView()
    while let scalar = current, scalar != "\"", scalar != "\n" {
      advance()
      guard scalar == "\\", let escaped = current else {
        text.append(scalar)
        continue
      }
      text.append(escaped == "n" ? "\n" : escaped == "r" ? "\r" : escaped)
      advance()
    }
    guard current == "\"" else { throw expected("a closing '\"'") }
    advance()
    return String(text)
  }

  // MARK: Values and types

  /// `%12`.
  mutating func value() throws(Diagnostic) -> Value {
    guard next == "%" else { throw expected("a value such as %0") }
    let place = location
    advance()
    // The table of types is as long as the largest number.
    guard let number = Int(take { ("0"..."9").contains($0) }), number < 1 << 22 else {
      throw Diagnostic(.badValueNumber, at: place)
    }
    return Value(number)
  }

  /// `f32[4×3]`; the sign × may be written x.
  mutating func type() throws(Diagnostic) -> TensorType {
    _ = next
    let place = location
    let name = try word("an element type")
    guard let element = ElementType(rawValue: name) else {
      throw Diagnostic(.unknownElement(name), at: place)
    }
    try expect("[")
    var shape = [Int]()
    while let scalar = next, scalar != "]" {
      guard let extent = Int(take { ("0"..."9").contains($0) }) else { throw expected("an extent") }
      shape.append(extent)
      guard skip("×") || skip("x") else { break }
    }
    try expect("]")
    return TensorType(element, shape)
  }

  // MARK: Attributes

  /// `{stride: [2, 2]}`, or nothing.
  mutating func attributes() throws(Diagnostic) -> [Attribute] {
    guard skip("{") else { return [] }
    var entries = [Attribute]()
    while let scalar = next, scalar != "}" {
      let place = location
      let name = try name("an attribute's name")
      try expect(":")
      entries.append(Attribute(name, try attributeValue(depth: 0), at: place))
      guard skip(",") else { break }
    }
    try expect("}")
    return entries
  }

  private mutating func attributeValue(depth: Int) throws(Diagnostic) -> AttributeValue {
    guard depth < 32 else { throw Diagnostic(.tooDeep, at: location) }
    switch next {
    case "\"": return .text(try string())
    case "{": return .map(try attributes())
    case "[":
      advance()
      var items = [AttributeValue]()
      while let scalar = next, scalar != "]" {
        items.append(try attributeValue(depth: depth + 1))
        guard skip(",") else { break }
      }
      try expect("]")
      return .list(items)
    default: return try literal()
    }
  }

  /// `true`, `12`, `0.5`, `-inf`.
  private mutating func literal() throws(Diagnostic) -> AttributeValue {
    let place = location
    let text = take { GraphScanner.continuesWord($0) || $0 == "+" }
    if let flag = Bool(text) { return .bool(flag) }
    if let number = Int(text) { return .integer(number) }
    if let number = Double(text) { return .real(number) }
    throw text.isEmpty ? expected("a value") : Diagnostic(.badLiteral(text), at: place)
  }

  // MARK: Origins

  /// The rest of the line, if it is a comment: `// path @ file:line:column`.
  mutating func origin() -> Origin {
    while current == " " || current == "\t" { advance() }
    guard current == "/", position + 1 < scalars.count, scalars[position + 1] == "/" else {
      return Origin()
    }
    let text = take { $0 != "\n" }.dropFirst(2).drop { $0 == " " }
    guard let mark = text.firstIndex(of: "@") else { return Origin(path: String(text)) }
    let path = String(text[..<mark].reversed().drop { $0 == " " }.reversed())
    let place = text[text.index(after: mark)...].drop { $0 == " " }
    let parts = place.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3, let line = Int(parts[parts.count - 2]),
      let column = Int(parts[parts.count - 1])
    else { return Origin(path: String(text)) }
    let file = parts.dropLast(2).joined(separator: ":")
    return Origin(location: SourceLocation(file: file, line: line, column: column), path: path)
  }
}

extension Diagnostic.Message {
  fileprivate static func expected(_ what: String, found: String) -> Self {
    "expected \(what), found \(found)"
  }

  fileprivate static var badValueNumber: Self { "a value's number must be from 0 to 4194303" }

  fileprivate static func unknownElement(_ name: String) -> Self {
    let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
    return "there is no element type '\(name)'; there are \(known)"
  }

  fileprivate static func badLiteral(_ text: String) -> Self {
    "expected a number, true, false, text, a list or a map, found '\(text)'"
  }

  fileprivate static var tooDeep: Self { "attributes nest more than 32 deep" }
}
