/// A JSON value whose objects keep their order, so that the same schema is always the same text.
indirect enum JSONSchema {
  case string(String)
  case integer(Int)
  case boolean(Bool)
  case array([JSONSchema])
  case object([(key: String, value: JSONSchema)])

  /// The value as indented text, without a final line break.
  func text(indentation: Int = 0) -> String {
    let outer = String(repeating: "  ", count: indentation)
    switch self {
    case .string(let string): return Self.quoted(string)
    case .integer(let integer): return "\(integer)"
    case .boolean(let boolean): return "\(boolean)"
    case .array(let items):
      return "[" + items.map { $0.text(indentation: indentation) }.joined(separator: ", ") + "]"
    case .object(let entries):
      guard !entries.isEmpty else { return "{}" }
      let lines = entries.map { key, value in
        "\(outer)  \(Self.quoted(key)): \(value.text(indentation: indentation + 1))"
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
    }
  }

  private static func quoted(_ string: String) -> String {
    var quoted = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

// MARK: Building blocks

extension JSONSchema {
  static let anything = JSONSchema.boolean(true)
  static let null = type("null")
  static let text = type("string")

  static func type(_ names: String...) -> JSONSchema {
    .object([
      ("type", names.count == 1 ? .string(names[0]) : .array(names.map(JSONSchema.string)))
    ])
  }

  static func reference(_ definition: String) -> JSONSchema {
    .object([("$ref", .string("#/$defs/\(definition)"))])
  }

  static func anyOf(_ alternatives: [JSONSchema]) -> JSONSchema {
    .object([("anyOf", .array(alternatives))])
  }

  static func words(_ words: [String]) -> JSONSchema {
    .object([("enum", .array(words.map(JSONSchema.string)))])
  }

  static func list(of item: JSONSchema) -> JSONSchema {
    .object([("type", .string("array")), ("items", item)])
  }

  /// One of an item or a list of them.
  static func oneOrMore(_ item: JSONSchema) -> JSONSchema { anyOf([item, list(of: item)]) }

  /// An object with these keys and, unless `others` says otherwise, no more.
  static func mapping(
    _ properties: [(key: String, value: JSONSchema)], required: [String] = [],
    others: JSONSchema = .boolean(false)
  ) -> JSONSchema {
    var entries: [(key: String, value: JSONSchema)] = [
      ("type", .string("object")), ("properties", .object(properties)),
      ("additionalProperties", others),
    ]
    if !required.isEmpty { entries.append(("required", .array(required.map(JSONSchema.string)))) }
    return .object(entries)
  }

  /// An object from names to values of one kind; nothing at all is an empty one.
  static func named(_ value: JSONSchema) -> JSONSchema {
    .object([
      ("type", .array([.string("object"), .string("null")])),
      ("propertyNames", .reference("name")), ("additionalProperties", value),
    ])
  }

  /// The same schema with a sentence that editors show.
  func documented(_ sentence: String) -> JSONSchema {
    guard case .object(let entries) = self, !sentence.isEmpty else { return self }
    return .object(entries + [("description", .string(sentence))])
  }
}
