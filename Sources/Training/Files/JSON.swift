package import Runtime

/// A JSON document as RFC 8259 defines it, with members in the order of the text.
///
/// Foundation's decoder accepts duplicate keys, which two readers of one file may resolve differently; a file
/// format that is read from strangers needs them refused.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  /// Parses one document.
  ///
  /// - Parameter subject: what errors call the text, such as "the header of 'x.safetensors'".
  package static func parse(
    _ text: UnsafeRawBufferPointer, of subject: String
  ) throws(RuntimeError) -> JSON {
    var parser = JSONParser(text: text, subject: subject)
    return try parser.document()
  }

  package static func parse(_ text: String, of subject: String) throws(RuntimeError) -> JSON {
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(RuntimeError) in
      try parse(UnsafeRawBufferPointer(bytes), of: subject)
    }
  }

  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  package var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  package var elements: [JSON]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  package var members: [(key: String, value: JSON)]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// The strings of an array of strings; nil if it is anything else.
  package var strings: [String]? {
    guard let elements else { return nil }
    let strings = elements.compactMap(\.string)
    return strings.count == elements.count ? strings : nil
  }
}

// MARK: Text

extension JSON {
  /// The document on one line.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  package static func strings(_ strings: [String]) -> JSON { .array(strings.map(JSON.string)) }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    // JSON has no infinities; a reader gets null where a number is not one.
    case .number(let value): text += value.isFinite ? String(value) : "null"
    case .string(let value): JSON.write(value, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        JSON.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
