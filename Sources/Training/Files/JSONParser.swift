import Runtime

/// A strict recursive-descent parser of JSON: no duplicate keys, no trailing text, no lone surrogates.
struct JSONParser {
  /// Deeper nesting than any of our formats has; it bounds the parser's own stack.
  private static let maximumDepth = 64

  private let text: UnsafeRawBufferPointer
  private let subject: String
  private var position = 0

  init(text: UnsafeRawBufferPointer, subject: String) {
    self.text = text
    self.subject = subject
  }

  mutating func document() throws(RuntimeError) -> JSON {
    guard String(validating: text, as: UTF8.self) != nil else {
      throw RuntimeError(.invalid, "\(subject): the text is not valid UTF-8")
    }
    let value = try value(depth: 0)
    skipSpace()
    guard position == text.count else { throw failure("expected the end, found more text") }
    return value
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(RuntimeError) -> JSON {
    guard depth < Self.maximumDepth else {
      throw failure("nesting is deeper than \(Self.maximumDepth) levels")
    }
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case nil: throw failure("expected a value, found the end")
    case let byte? where isDigit(byte) || byte == UInt8(ascii: "-"): return try number()
    default: throw failure("expected a value")
    }
  }

  private mutating func object(depth: Int) throws(RuntimeError) -> JSON {
    var members: [(key: String, value: JSON)] = []
    var keys: Set<String> = []
    position += 1
    skipSpace()
    if take("}") { return .object([]) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
      let key = try string()
      guard keys.insert(key).inserted else { throw failure("the key '\(key)' stands twice") }
      skipSpace()
      guard take(":") else { throw failure("expected ':' after the key '\(key)'") }
      members.append((key, try value(depth: depth + 1)))
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array(depth: Int) throws(RuntimeError) -> JSON {
    var elements: [JSON] = []
    position += 1
    skipSpace()
    if take("]") { return .array([]) }
    repeat {
      elements.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func literal(_ word: String, _ value: JSON) throws(RuntimeError) -> JSON {
    guard text[position...].starts(with: word.utf8) else { throw failure("expected '\(word)'") }
    position += word.utf8.count
    return value
  }

  // MARK: Numbers

  private mutating func number() throws(RuntimeError) -> JSON {
    let start = position
    var isWhole = true
    _ = take("-")
    let firstDigit = position
    guard skipDigits() else { throw failure("expected a digit") }
    guard position == firstDigit + 1 || text[firstDigit] != UInt8(ascii: "0") else {
      throw failure("a number must not begin with 0")
    }
    if take(".") {
      isWhole = false
      guard skipDigits() else { throw failure("expected a digit after '.'") }
    }
    if take("e") || take("E") {
      isWhole = false
      _ = take("+") || take("-")
      guard skipDigits() else { throw failure("expected a digit in the exponent") }
    }
    let digits = String(decoding: text[start..<position], as: UTF8.self)
    if isWhole, let value = Int(digits) { return .integer(value) }
    guard let value = Double(digits), value.isFinite else {
      throw failure("the number is too large")
    }
    return .number(value)
  }

  private mutating func skipDigits() -> Bool {
    let start = position
    while let byte = peek(), isDigit(byte) { position += 1 }
    return position > start
  }

  // MARK: Strings

  private mutating func string() throws(RuntimeError) -> String {
    position += 1
    var result = ""
    var runStart = position
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        result += String(decoding: text[runStart..<position], as: UTF8.self)
        position += 1
        return result
      case UInt8(ascii: "\\"):
        result += String(decoding: text[runStart..<position], as: UTF8.self)
        result.unicodeScalars.append(try escape())
        runStart = position
      case 0..<0x20: throw failure("a control character stands in a string")
      default: position += 1
      }
    }
    throw failure("a string has no end")
  }

  private mutating func escape() throws(RuntimeError) -> Unicode.Scalar {
    position += 1
    guard let byte = peek() else { throw failure("a string has no end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default: throw failure("unknown escape in a string")
    }
  }

  /// The code point after `\u`, joining a surrogate pair.
  private mutating func unicodeEscape() throws(RuntimeError) -> Unicode.Scalar {
    let first = try codeUnit()
    guard 0xD800...0xDBFF ~= first else {
      guard let scalar = Unicode.Scalar(first) else { throw failure("a lone surrogate") }
      return scalar
    }
    guard take("\\"), take("u") else { throw failure("a lone surrogate") }
    let second = try codeUnit()
    guard 0xDC00...0xDFFF ~= second,
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("a lone surrogate") }
    return scalar
  }

  private mutating func codeUnit() throws(RuntimeError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw failure("expected four hexadecimal digits after '\\u'") }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  // MARK: Characters

  private func peek() -> UInt8? { position < text.count ? text[position] : nil }

  private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func failure(_ reason: String) -> RuntimeError {
    RuntimeError(.invalid, "\(subject): \(reason) (byte \(position))")
  }
}
