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
    TensorType(element, try extents(in: scope).map { $0 ?? batch })
  }
}

extension ScheduleSyntax {
  func schedule(in scope: Scope) throws(Diagnostic) -> Schedule {
    let rule: Schedule.Rule =
      switch self.rule {
      case .constant: .constant
      case .step(let factor, let every, let from):
        .step(
          factor: try factor.map { factor throws(Diagnostic) in
            try factor.evaluate(in: scope).double
          } ?? 0.5,
          every: try every.span(in: scope),
          from: try from.map { span throws(Diagnostic) in try span.span(in: scope) })
      case .linear(let to, let over):
        .linear(to: try to.evaluate(in: scope).double, over: try over.span(in: scope))
      }
    return Schedule(
      start: try start.evaluate(in: scope).double, rule: rule,
      warmup: try warmup.map { span throws(Diagnostic) in try span.span(in: scope) })
  }
}

extension ScheduleSyntax.Span {
  fileprivate func span(in scope: Scope) throws(Diagnostic) -> Schedule.Span {
    let number = try count.evaluate(in: scope)
    guard number.double > 0 else {
      throw Diagnostic("a span of training is positive, found \(number)", at: count.location)
    }
    return Schedule.Span(number.double, unit)
  }
}

extension DataDeclaration {
  func source(in scope: Scope) throws(Diagnostic) -> DataSource {
    switch content {
    case .labels: return DataSource(input: input, content: .labels)
    case .embeddings(let captions):
      let count =
        try captions.map { node throws(Diagnostic) in try node.positiveInteger(in: scope) } ?? 1
      return DataSource(input: input, content: .embeddings(captions: count))
    case .images(let image):
      let resize = try image.resize.map { node throws(Diagnostic) in
        try node.positiveInteger(in: scope)
      }
      let crop = try image.randomCrop.map { node throws(Diagnostic) in
        try node.positiveInteger(in: scope)
      }
      let low = try image.range.map { range throws(Diagnostic) in try range.low.number(in: scope) }
      let high = try image.range.map { range throws(Diagnostic) in try range.high.number(in: scope)
      }
      return DataSource(
        input: input,
        content: .images(
          ImageTransform(
            resize: resize, randomCrop: crop, horizontalFlip: image.horizontalFlip, low: low ?? -1,
            high: high ?? 1)))
    }
  }
}

extension YAMLNode {
  func number(in scope: Scope) throws(Diagnostic) -> Double {
    try Expression.parse(self).evaluate(in: scope).double
  }

  fileprivate func positiveInteger(in scope: Scope) throws(Diagnostic) -> Int {
    let number = try Expression.parse(self).evaluate(in: scope)
    guard let value = number.integer, value > 0 else {
      throw Diagnostic("expected a positive whole number, found \(number)", at: location)
    }
    return value
  }
}
