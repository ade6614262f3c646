/// What a plain scalar is under YAML 1.2's core schema.
package enum YAMLScalar: Sendable, Hashable {
  case number(Number)
  case boolean(Bool)
  case text(String)
}

extension YAMLNode {
  /// The scalar under the core schema; nil for null, sequences and mappings.
  ///
  /// Only `true` and `false` (in three capitalisations) are booleans: `yes`, `no`, `on` and `off` are text. Numbers
  /// that are not finite, or integers beyond 64 bits, are text too, so that whoever wants a number refuses them.
  package var scalarValue: YAMLScalar? {
    guard case .scalar(let text, let isPlain) = content else { return nil }
    guard isPlain else { return .text(text) }
    switch text {
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    default: return Number(core: text).map(YAMLScalar.number) ?? .text(text)
    }
  }
}

extension Number {
  /// A number in one of the core schema's notations: `12`, `0o14`, `0x1F`, `2e-4`, `.5`.
  init?(core text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= 64, let first = bytes.first, "+-.0123456789".utf8.contains(first) else {
      return nil
    }
    if text.hasPrefix("0o") || text.hasPrefix("0x") {
      let digits = text.dropFirst(2)
      guard digits.first?.isHexDigit == true,
        let value = Int(digits, radix: text.hasPrefix("0o") ? 8 : 16)
      else { return nil }
      self = .integer(value)
      return
    }
    if bytes.allSatisfy({ (48...57).contains($0) || $0 == 43 || $0 == 45 }) {
      guard let value = Int(text) else { return nil }
      self = .integer(value)
      return
    }
    // Swift's own parser also reads "inf", "nan" and hexadecimal floats, which the core schema writes otherwise or not.
    guard bytes.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    self.init(value)
  }
}
