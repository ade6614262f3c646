package import GraphIR

extension Expression {
  /// Parses a formula whose first character stands at `location`.
  ///
  /// - Parameter isVerbatim: whether the text stands in the file as it is, on one line; if not, every part of the
  ///   formula is placed at `location`.
  package static func parse(
    _ text: String, at location: SourceLocation, isVerbatim: Bool = true
  ) throws(Diagnostic) -> Expression {
    let source = ExpressionSource(text: text, location: location, isVerbatim: isVerbatim)
    var parser = ExpressionParser(source, tokens: try ExpressionLexer.tokens(of: source))
    return Expression(text: text, root: try parser.parseAll())
  }

  /// Parses a scalar of a file, quoted or not.
  package static func parse(_ node: YAMLNode) throws(Diagnostic) -> Expression {
    guard let text = node.text else {
      throw Diagnostic(.expectedExpression(node), at: node.location)
    }
    guard case .boolean(let value)? = node.scalarValue else {
      return try parse(
        text, at: node.textLocation, isVerbatim: node.textOffset != nil)
    }
    return Expression(
      text: text, root: Node(kind: .boolean(value), location: node.location, height: 1))
  }
}

extension YAMLNode {
  /// The place of a scalar's first character, after the quote if there is one.
  package var textLocation: SourceLocation {
    var place = location
    place.column += textOffset ?? 0
    return place
  }
}

/// Precedence climbing over the tokens of one formula; the table of precedences is Python's.
struct ExpressionParser {
  private static let depthLimit = 64
  /// Bounds chains such as `a + a + ...`, whose trees grow deep without nesting.
  private static let heightLimit = 256

  private enum Precedence {
    static let conditional = 0
    static let or = 1
    static let and = 2
    static let not = 3
    static let comparison = 4
    static let sum = 5
    static let product = 6
    static let sign = 7
    static let power = 8
  }

  let source: ExpressionSource
  let tokens: [ExpressionToken]
  var position = 0
  private var depth = 0

  init(_ source: ExpressionSource, tokens: [ExpressionToken]) {
    self.source = source
    self.tokens = tokens
  }

  mutating func parseAll() throws(Diagnostic) -> Expression.Node {
    let node = try parse()
    guard current.kind == .end else { throw unexpected("an operator or the end") }
    return node
  }

  /// An expression of any precedence.
  mutating func parse() throws(Diagnostic) -> Expression.Node {
    let value = try parse(above: Precedence.conditional)
    guard current.kind == .name("if") else { return value }
    let place = location
    position += 1
    let condition = try parse(above: Precedence.conditional)
    try expect(.name("else"), "'else'")
    let otherwise = try nested { (parser) throws(Diagnostic) in try parser.parse() }
    return try node(
      .conditional(condition: condition, then: value, otherwise: otherwise), at: place,
      over: [condition, value, otherwise])
  }

  private mutating func parse(above precedence: Int) throws(Diagnostic) -> Expression.Node {
    try nested { (parser) throws(Diagnostic) in
      var left = try parser.prefix()
      while let (operation, strength) = parser.binaryOperator, strength > precedence {
        let place = parser.location
        parser.position += 1
        // Power binds to the right; everything else to the left.
        let right = try parser.parse(above: operation == .power ? strength - 1 : strength)
        if strength == Precedence.comparison, parser.binaryOperator?.1 == strength {
          throw Diagnostic(.chainedComparison, at: parser.location)
        }
        left = try parser.node(.binary(operation, left, right), at: place, over: [left, right])
      }
      return left
    }
  }

  private mutating func prefix() throws(Diagnostic) -> Expression.Node {
    let place = location
    switch current.kind {
    case .sign("-"):
      position += 1
      let operand = try parse(above: Precedence.sign)
      return try node(.negation(operand), at: place, over: [operand])
    case .sign("+"):
      position += 1
      return try parse(above: Precedence.sign)
    case .name("not"):
      position += 1
      let operand = try parse(above: Precedence.not)
      return try node(.not(operand), at: place, over: [operand])
    default:
      return try primary()
    }
  }

  private mutating func primary() throws(Diagnostic) -> Expression.Node {
    let place = location
    switch current.kind {
    case .number(let number):
      position += 1
      return try node(.number(number), at: place, over: [])
    case .text(let text):
      position += 1
      return try node(.text(text), at: place, over: [])
    case .name("true"), .name("false"):
      defer { position += 1 }
      return try node(.boolean(current.kind == .name("true")), at: place, over: [])
    case .name(let name) where !Self.reservedWords.contains(name):
      if tokens[position + 1].kind == .sign("(") { return try call(name, at: place) }
      return try node(.reference(try reference()), at: place, over: [])
    case .sign("("):
      position += 1
      let inner = try parse()
      try expect(.sign(")"), "')'")
      return inner
    default:
      throw unexpected("a value")
    }
  }

  private mutating func call(
    _ function: String, at place: SourceLocation
  ) throws(Diagnostic) -> Expression.Node {
    position += 2
    var arguments: [Expression.Node] = []
    var keywords: [Expression.KeywordArgument] = []
    while current.kind != .sign(")") {
      if case .name(let name) = current.kind, tokens[position + 1].kind == .sign("=") {
        let keyword = location
        position += 2
        keywords.append(.init(name: name, location: keyword, value: try parse()))
      } else if keywords.isEmpty {
        arguments.append(try parse())
      } else {
        throw Diagnostic(.positionalAfterKeyword, at: location)
      }
      guard current.kind == .sign(",") else { break }
      position += 1
    }
    try expect(.sign(")"), "',' or ')'")
    return try node(
      .call(function: function, arguments: arguments, keywords: keywords), at: place,
      over: arguments + keywords.map(\.value))
  }
}

// MARK: Tokens

extension ExpressionParser {
  /// Words that are part of the grammar and so name nothing.
  static let reservedWords: Set<String> = ["and", "or", "not", "if", "else", "true", "false"]

  var current: ExpressionToken { tokens[position] }
  var location: SourceLocation { source.location(at: current.start) }

  mutating func expect(_ kind: ExpressionToken.Kind, _ what: String) throws(Diagnostic) {
    guard current.kind == kind else { throw unexpected(what) }
    position += 1
  }

  func unexpected(_ expected: String) -> Diagnostic {
    Diagnostic(.unexpected(current.kind, expected: expected), at: location)
  }

  func node(
    _ kind: Expression.Kind, at place: SourceLocation, over children: [Expression.Node]
  ) throws(Diagnostic) -> Expression.Node {
    let height = 1 + (children.map(\.height).max() ?? 0)
    guard height <= Self.heightLimit else { throw Diagnostic(.tooHigh, at: place) }
    return Expression.Node(kind: kind, location: place, height: height)
  }

  private mutating func nested<Result>(
    _ body: (inout Self) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    guard depth < Self.depthLimit else { throw Diagnostic(.tooDeep(Self.depthLimit), at: location) }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private var binaryOperator: (Expression.BinaryOperator, Int)? {
    let text: String
    switch current.kind {
    case .sign(let sign): text = sign
    case .name(let name): text = name
    default: return nil
    }
    guard let operation = Expression.BinaryOperator(rawValue: text) else { return nil }
    switch operation {
    case .or: return (operation, Precedence.or)
    case .and: return (operation, Precedence.and)
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual:
      return (operation, Precedence.comparison)
    case .add, .subtract: return (operation, Precedence.sum)
    case .multiply, .divide, .floorDivide, .modulo: return (operation, Precedence.product)
    case .power: return (operation, Precedence.power)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func expectedExpression(_ node: YAMLNode) -> Self {
    "expected an expression, found \(node.summary)"
  }

  fileprivate static let chainedComparison: Self =
    "comparisons do not chain; write 'a < b and b < c'"

  fileprivate static let positionalAfterKeyword: Self =
    "arguments without a name stand before those with one"

  fileprivate static func unexpected(_ found: ExpressionToken.Kind, expected: String) -> Self {
    switch found {
    case .number(let number): "expected \(expected), found the number \(number)"
    case .name(let name): "expected \(expected), found '\(name.excerpt)'"
    case .text(let text): "expected \(expected), found the text '\(text.excerpt)'"
    case .sign(let sign): "expected \(expected), found '\(sign)'"
    case .end: "expected \(expected), but the expression ends"
    }
  }

  fileprivate static func tooDeep(_ limit: Int) -> Self {
    "the expression is nested more than \(limit) deep"
  }

  fileprivate static let tooHigh: Self =
    "the expression has too many operators; split it with 'let' or 'compute'"
}
