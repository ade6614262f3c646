import GraphIR
import Plan

/// From the file's syntax to the values that operators and plans understand.
extension YAMLNode {
  /// A scalar, list or map as an attribute; text may still be an expression.
  var attributeValue: AttributeValue {
    switch content {
    case .null: .text("")
    case .sequence(let items): .list(items.map(\.attributeValue))
    case .mapping(let entries):
      .map(
        entries.map {
          GraphIR.Attribute($0.key.text ?? "", $0.value.attributeValue, at: $0.key.location)
        })
    case .scalar(let text, _):
      switch scalarValue {
      case .number(let number): number.attribute
      case .boolean(let flag): .bool(flag)
      default: .text(text)
      }
    }
  }

  /// What a parameter of a block becomes: a number, a truth value, or text that is no expression.
  func scopeValue(in scope: Scope) throws(Diagnostic) -> Scope.Value {
    switch scalarValue {
    case .number(let number): return .number(number)
    case .boolean(let flag): return .boolean(flag)
    case .text(let text):
      if case .scalar(_, isPlain: false) = content { return .text(text) }
      return try Expression.parse(self).value(in: scope)
    case nil:
      throw Diagnostic("expected a number or a word, found \(summary)", at: location)
    }
  }
}

extension Attribute {
  /// The same attribute as operators read it.
  var forOperator: GraphIR.Attribute {
    GraphIR.Attribute(key, value.attributeValue, at: keyLocation)
  }
}

extension Number {
  var attribute: AttributeValue {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    }
  }
}

extension Scope.Value {
  var attribute: AttributeValue {
    switch self {
    case .number(let number): number.attribute
    case .boolean(let flag): .bool(flag)
    case .text(let text): .text(text)
    }
  }
}

extension Scope {
  /// This scope with a section's `let`, each of which may use those before it.
  func with(_ bindings: [LetBinding]) throws(Diagnostic) -> Scope {
    var scope = nested()
    for binding in bindings { scope.define(binding.name, as: try binding.value.value(in: scope)) }
    return scope
  }
}

extension InputDeclaration {
  /// The declared extents; nil where any will do.
  func extents(in scope: Scope) throws(Diagnostic) -> [Int?] {
    var extents: [Int?] = []
    for axis in axes {
      guard case .extent(let expression) = axis else {
        extents.append(nil)
        continue
      }
      let number = try expression.evaluate(in: scope)
      guard let extent = number.integer, extent > 0, extent < 1 << 31 else {
        throw Diagnostic(
          "an extent is a positive whole number, found \(number)", at: expression.location)
      }
      extents.append(extent)
    }
    return extents
  }

  /// The type with a given extent where any will do.
  func type(in scope: Scope, batch: Int) throws(Diagnostic) -> TensorType {
    let type = TensorType(element, try extents(in: scope).map { $0 ?? batch })
    do { try type.requireBounded() } catch { throw error.located(at: location, in: "") }
    return type
  }
}

extension YAMLNode {
  func number(in scope: Scope) throws(Diagnostic) -> Double {
    try Expression.parse(self).evaluate(in: scope).double
  }
}
