import GraphIR

/// Formulas over tensors: `loss`, `compute`, and the scalar of a `gradient`.
extension ProgramElaborator {
  func compute(_ expression: Expression, isLoss: Bool, at site: Site) throws(Diagnostic) {
    let value = try tensor(expression, in: site.scope, origin: site.origin)
    if isLoss, graph.type(of: value).count != 1 {
      throw Diagnostic(
        "a loss is a scalar, but this formula gives \(graph.type(of: value)); reduce it with mean(…) or sum(…)",
        at: expression.location)
    }
    bind([(name: "y", value: value)], at: site)
  }

  /// The formula's value as a tensor; a formula over numbers alone becomes a constant.
  func tensor(
    _ expression: Expression, in scope: NodeScope, origin: Origin
  ) throws(Diagnostic) -> Value {
    try tensor(Formula(scope: scope, origin: origin).elaborate(expression.root, by: self), origin)
  }

  fileprivate func tensor(_ term: Formula.Term, _ origin: Origin) throws(Diagnostic) -> Value {
    switch term {
    case .tensor(let value): return value
    case .number(let number): return try constant(number.double, origin: origin)
    }
  }

  func constant(_ value: Double, origin: Origin) throws(Diagnostic) -> Value {
    let op = try model.catalog.make("constant", [GraphIR.Attribute("value", .real(value))])
    return try graph.append(op, [], origin: origin)[0]
  }

  fileprivate func apply(
    _ name: String, _ attributes: [GraphIR.Attribute] = [], to operands: [Formula.Term],
    _ origin: Origin
  ) throws(Diagnostic) -> Formula.Term {
    var inputs: [Value] = []
    for operand in operands { inputs.append(try tensor(operand, origin)) }
    return .tensor(
      try graph.append(model.catalog.make(name, attributes), inputs, origin: origin)[0])
  }
}

/// Walks one formula.
///
/// Parts without tensors stay numbers and are computed at compile time.
private struct Formula {
  enum Term {
    case tensor(Value)
    case number(Number)
  }

  let scope: NodeScope
  let origin: Origin

  func elaborate(
    _ node: Expression.Node, by elaborator: ProgramElaborator
  ) throws(Diagnostic) -> Term {
    if !mentionsTensor(node) { return .number(try node.number(in: scope.numbers)) }
    do {
      return try elaborateTensor(node, by: elaborator)
    } catch {
      throw error.located(at: node.location, in: origin.path)
    }
  }

  private func elaborateTensor(
    _ node: Expression.Node, by elaborator: ProgramElaborator
  ) throws(Diagnostic) -> Term {
    switch node.kind {
    case .number, .boolean, .text: return .number(try node.number(in: scope.numbers))
    case .reference(let reference): return .tensor(try elaborator.value(of: reference, in: scope))
    case .negation(let operand):
      return try elaborator.apply("neg", to: [elaborate(operand, by: elaborator)], origin)
    case .binary(let symbol, let left, let right):
      return try binary(
        symbol, elaborate(left, by: elaborator), elaborate(right, by: elaborator), by: elaborator)
    case .conditional(let condition, let then, let otherwise) where !mentionsTensor(condition):
      let holds = try condition.boolean(in: scope.numbers)
      markRead(holds ? otherwise : then)
      return try elaborate(holds ? then : otherwise, by: elaborator)
    case .conditional(let condition, let then, let otherwise):
      let operands = [
        try elaborate(condition, by: elaborator), try elaborate(then, by: elaborator),
        try elaborate(otherwise, by: elaborator),
      ]
      return try elaborator.apply("where", to: operands, origin)
    case .call(let function, let arguments, let keywords):
      return try call(function, arguments, keywords, by: elaborator)
    case .not(let operand):
      return try elaborator.apply(
        "equal", to: [elaborate(operand, by: elaborator), .number(.integer(0))], origin)
    }
  }

  private func binary(
    _ symbol: Expression.BinaryOperator, _ left: Term, _ right: Term,
    by elaborator: ProgramElaborator
  ) throws(Diagnostic) -> Term {
    switch symbol {
    case .add: return try elaborator.apply("add", to: [left, right], origin)
    case .subtract: return try elaborator.apply("sub", to: [left, right], origin)
    case .multiply, .and: return try elaborator.apply("mul", to: [left, right], origin)
    case .divide: return try elaborator.apply("div", to: [left, right], origin)
    case .power: return try elaborator.apply("pow", to: [left, right], origin)
    case .less: return try elaborator.apply("less", to: [left, right], origin)
    case .lessOrEqual: return try elaborator.apply("less_equal", to: [left, right], origin)
    case .greater: return try elaborator.apply("less", to: [right, left], origin)
    case .greaterOrEqual: return try elaborator.apply("less_equal", to: [right, left], origin)
    case .equal: return try elaborator.apply("equal", to: [left, right], origin)
    case .or: return try elaborator.apply("maximum", to: [left, right], origin)
    case .floorDivide:
      let quotient = try elaborator.apply("div", to: [left, right], origin)
      return try elaborator.apply("floor", to: [quotient], origin)
    case .modulo, .notEqual:
      throw Diagnostic("'\(symbol.rawValue)' is not defined on tensors")
    }
  }

  private func call(
    _ function: String, _ arguments: [Expression.Node], _ keywords: [Expression.KeywordArgument],
    by elaborator: ProgramElaborator
  ) throws(Diagnostic) -> Term {
    let name = ["min": "minimum", "max": "maximum"][function] ?? function
    guard let type = elaborator.model.catalog.networkOperator(name) else {
      let known = elaborator.model.catalog.networkOperators.map { $0.name }
      throw Diagnostic(
        "there is no function '\(function)'\(Suggestion.phrase(for: function, among: known))")
    }
    var attributes: [GraphIR.Attribute] = []
    for keyword in keywords {
      attributes.append(
        GraphIR.Attribute(keyword.name, try attributeValue(keyword.value), at: keyword.location))
    }
    var reader = AttributeReader(attributes, of: name, at: origin.location)
    let op = try type.init(&reader)
    try reader.finish()
    var inputs: [Value] = []
    for argument in arguments {
      inputs.append(try elaborator.tensor(elaborate(argument, by: elaborator), origin))
    }
    guard try op.parameters(inputs.map { elaborator.graph.type(of: $0) }).isEmpty else {
      throw Diagnostic("'\(function)' has weights of its own and cannot stand in a formula")
    }
    return .tensor(try elaborator.graph.append(op, inputs, origin: origin)[0])
  }

  /// A keyword's value: a number, a boolean, or a bare word such as `log_sigma`.
  private func attributeValue(_ node: Expression.Node) throws(Diagnostic) -> AttributeValue {
    if case .reference(let reference) = node.kind, reference.path.isEmpty,
      scope.numbers.value(of: reference.name) == nil
    {
      return .text(reference.name)
    }
    return try node.value(in: scope.numbers).attribute
  }

  /// What a branch that is not taken would read is no mistake, and its weights exist.
  private func markRead(_ node: Expression.Node) {
    for reference in node.references {
      guard let name = reference.isPrevious ? scope.previous : reference.name else { continue }
      scope.markUsed(name)
    }
  }

  private func mentionsTensor(_ node: Expression.Node) -> Bool {
    switch node.kind {
    case .number, .boolean, .text: false
    case .reference(let reference):
      reference.isPrevious || !reference.path.isEmpty
        || scope.bindings[reference.name] != nil || scope.numbers.value(of: reference.name) == nil
    case .negation(let operand), .not(let operand): mentionsTensor(operand)
    case .binary(_, let left, let right): mentionsTensor(left) || mentionsTensor(right)
    case .conditional(let condition, let then, let otherwise):
      mentionsTensor(condition) || mentionsTensor(then) || mentionsTensor(otherwise)
    case .call(_, let arguments, _): arguments.contains(where: mentionsTensor)
    }
  }
}
