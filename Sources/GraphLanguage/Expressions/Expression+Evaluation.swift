package import GraphIR

extension Expression {
  /// The formula's number; an error when it is a truth value, uses an unknown name, or cannot be calculated.
  package func evaluate(in scope: Scope) throws(Diagnostic) -> Number {
    try root.number(in: scope)
  }

  /// The formula's truth value, for `when`.
  package func condition(in scope: Scope) throws(Diagnostic) -> Bool {
    try root.boolean(in: scope)
  }

  /// The formula's value, whatever its type.
  package func value(in scope: Scope) throws(Diagnostic) -> Scope.Value {
    try root.value(in: scope)
  }
}

extension Expression.Node {
  package func number(in scope: Scope) throws(Diagnostic) -> Number {
    let value = try value(in: scope)
    guard case .number(let number) = value else {
      throw Diagnostic(.expectedNumber(found: value), at: location)
    }
    return number
  }

  package func boolean(in scope: Scope) throws(Diagnostic) -> Bool {
    let value = try value(in: scope)
    guard case .boolean(let boolean) = value else {
      throw Diagnostic(.expectedBoolean(found: value), at: location)
    }
    return boolean
  }

  package func value(in scope: Scope) throws(Diagnostic) -> Scope.Value {
    switch kind {
    case .number(let number): return .number(number)
    case .boolean(let value): return .boolean(value)
    case .text(let text): return .text(text)
    case .reference(let reference): return try reference.value(in: scope)
    case .negation(let operand):
      let number = try operand.number(in: scope)
      return .number(try located { () throws(Diagnostic) in try Number.integer(0) - number })
    case .not(let operand): return .boolean(try !operand.boolean(in: scope))
    case .binary(let operation, let left, let right):
      return try binary(operation, left, right, in: scope)
    case .conditional(let condition, let then, let otherwise):
      return try (condition.boolean(in: scope) ? then : otherwise).value(in: scope)
    case .call(let function, let arguments, let keywords):
      return .number(try call(function, arguments, keywords, in: scope))
    }
  }

  private func binary(
    _ operation: Expression.BinaryOperator, _ left: Self, _ right: Self, in scope: Scope
  ) throws(Diagnostic) -> Scope.Value {
    switch operation {
    case .and: return .boolean(try left.boolean(in: scope) ? right.boolean(in: scope) : false)
    case .or: return .boolean(try left.boolean(in: scope) ? true : right.boolean(in: scope))
    case .equal: return .boolean(try left.value(in: scope) == right.value(in: scope))
    case .notEqual: return .boolean(try left.value(in: scope) != right.value(in: scope))
    default: break
    }
    let (a, b) = (try left.number(in: scope), try right.number(in: scope))
    switch operation {
    case .less: return .boolean(a < b)
    case .lessOrEqual: return .boolean(!(b < a))
    case .greater: return .boolean(b < a)
    case .greaterOrEqual: return .boolean(!(a < b))
    default:
      return .number(
        try located { () throws(Diagnostic) in try Self.arithmetic(operation, a, b) })
    }
  }

  private static func arithmetic(
    _ operation: Expression.BinaryOperator, _ a: Number, _ b: Number
  ) throws(Diagnostic) -> Number {
    switch operation {
    case .subtract: try a - b
    case .multiply: try a * b
    case .divide: try a / b
    case .floorDivide: try Number.floorDivision(a, b)
    case .modulo: try a % b
    case .power: try Number.power(a, b)
    default: try a + b
    }
  }

  private func call(
    _ function: String, _ arguments: [Self], _ keywords: [Expression.KeywordArgument],
    in scope: Scope
  ) throws(Diagnostic) -> Number {
    guard let known = NumberFunction(rawValue: function) else {
      throw Diagnostic(.unknownFunction(function), at: location)
    }
    if let keyword = keywords.first {
      throw Diagnostic(.noKeywords(function, keyword.name), at: keyword.location)
    }
    guard known.accepts(arguments.count) else {
      throw Diagnostic(.argumentCount(known, arguments.count), at: location)
    }
    var values: [Number] = []
    for argument in arguments { values.append(try argument.number(in: scope)) }
    return try located { () throws(Diagnostic) in try known.apply(values) }
  }

  /// Places what the arithmetic throws at this node.
  private func located(
    _ body: () throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> Number {
    do { return try body() } catch { throw error.located(at: location, in: "") }
  }
}

extension Reference {
  /// The number, truth value or text of that name; an error for anything that can only be a tensor.
  func value(in scope: Scope) throws(Diagnostic) -> Scope.Value {
    guard let value = scope.value(of: name) else {
      throw Diagnostic(.unknownName(name, known: scope.names), at: location)
    }
    guard path.isEmpty else { throw Diagnostic(.notATensor(self, value), at: location) }
    return value
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedNumber(found: Scope.Value) -> Self {
    "expected a number, found \(found)"
  }

  fileprivate static func expectedBoolean(found: Scope.Value) -> Self {
    "expected true or false (a comparison, for instance), found \(found)"
  }

  fileprivate static func unknownName(_ name: String, known: [String]) -> Self {
    "unknown name '\(name.excerpt)'\(Suggestion.phrase(for: name, among: known))"
  }

  fileprivate static func notATensor(_ reference: Reference, _ value: Scope.Value) -> Self {
    "'\(reference.text.excerpt)' picks from '\(reference.name)', which is \(value)"
  }

  fileprivate static func unknownFunction(_ name: String) -> Self {
    let known = NumberFunction.allCases.map(\.rawValue)
    return """
      unknown function '\(name.excerpt)'\(Suggestion.phrase(for: name, among: known)); \
      numbers have \(known.joined(separator: ", "))
      """
  }

  fileprivate static func noKeywords(_ function: String, _ keyword: String) -> Self {
    "'\(function)' takes no argument named '\(keyword.excerpt)'"
  }

  fileprivate static func argumentCount(_ function: NumberFunction, _ found: Int) -> Self {
    "'\(function.rawValue)' takes \(function.arity), found \(found)"
  }
}
