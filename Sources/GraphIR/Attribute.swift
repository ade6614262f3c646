/// The value of an attribute.
///
/// Text may stand for an expression that yields a number.
package indirect enum AttributeValue: Hashable, Sendable, CustomStringConvertible {
  case integer(Int)
  case real(Double)
  case bool(Bool)
  case text(String)
  case list([AttributeValue])
  case map([Attribute])

  package var description: String {
    switch self {
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .bool(let value): String(value)
    case .text(let value): "\"\(value)\""
    case .list(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    case .map(let entries): "{\(entries.map(\.description).joined(separator: ", "))}"
    }
  }

  package static func integers(_ values: [Int]) -> AttributeValue {
    .list(values.map { .integer($0) })
  }
}

/// A name, its value, and where both stand.
package struct Attribute: Sendable, CustomStringConvertible {
  package var name: String
  package var value: AttributeValue
  package var location: SourceLocation?

  package init(_ name: String, _ value: AttributeValue, at location: SourceLocation? = nil) {
    self.name = name
    self.value = value
    self.location = location
  }

  package var description: String { "\(name): \(value)" }
}

extension Attribute: Hashable {
  package static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.value == right.value
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(value)
  }
}

/// What an attribute is, as its operator declares it by reading it.
package struct AttributeDescription: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case integer, number, boolean, text, integers, numbers, map
    case choice([String])
  }
  package var name: String
  package var kind: Kind
  /// The default as it would be written; nil when the attribute must be given.
  package var defaultText: String?
  package var documentation: String
}
