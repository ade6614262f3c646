import Plan

/// Builds a graph from the textual form that `GraphPrinter` writes.
///
/// Values keep their numbers. Lines that hold only a comment are skipped; the comment behind a node is its origin.
package struct GraphParser {
  private struct Definition {
    var value: Value
    var type: TensorType
    var location: SourceLocation
  }

  private struct Operand {
    var value: Value
    var location: SourceLocation
  }

  private struct Statement {
    enum Content {
      case input(name: String, kind: Graph.Input.Kind)
      case node(any Operator, [Operand], Origin)
    }
    var definitions: [Definition]
    var content: Content
    var location: SourceLocation
  }

  private enum NameList { case outputs, updates, names }

  private var scanner: GraphScanner
  private let catalog: OperatorCatalog

  private init(_ text: String, file: String, catalog: OperatorCatalog) {
    scanner = GraphScanner(text, file: file)
    self.catalog = catalog
  }

  /// The graph that a text describes.
  ///
  /// - Throws: what is wrong with the text, with its line and column: syntax, unknown operators and attributes, values
  ///   used before or defined after one another, types that disagree with the operators' shape rules.
  package static func parse(
    _ text: String, file: String = "text", catalog: OperatorCatalog
  ) throws(Diagnostic) -> Graph {
    var parser = GraphParser(text, file: file, catalog: catalog)
    let graph = try parser.graph()
    guard parser.scanner.next == nil else { throw parser.scanner.expected("the end of the text") }
    return graph
  }

  private mutating func graph() throws(Diagnostic) -> Graph {
    let keyword = try scanner.word("'graph'")
    guard keyword == "graph" else { throw Diagnostic(.noGraph(keyword), at: scanner.location) }
    let name = try scanner.name("the graph's name")
    try scanner.expect("{")
    var statements = [Statement]()
    while scanner.next == "%" { statements.append(try statement()) }
    var named: [(list: NameList, name: String, operand: Operand)] = []
    while scanner.next != "}" { named.append(try namedValue()) }
    try scanner.expect("}")

    var graph = try GraphParser.build(name, statements)
    for (list, name, operand) in named {
      guard operand.value.index < graph.types.count else {
        throw Diagnostic(.undefined(operand.value), at: operand.location)
      }
      let entry = Graph.NamedValue(name, operand.value)
      switch list {
      case .outputs: graph.outputs.append(entry)
      case .updates: graph.stateUpdates.append(entry)
      case .names: graph.names.append(entry)
      }
    }
    return graph
  }

  // MARK: Statements

  private mutating func statement() throws(Diagnostic) -> Statement {
    _ = scanner.next
    let location = scanner.location
    var definitions = [Definition]()
    repeat {
      _ = scanner.next
      let place = scanner.location
      let value = try scanner.value()
      try scanner.expect(":")
      definitions.append(Definition(value: value, type: try scanner.type(), location: place))
    } while scanner.skip(",")
    try scanner.expect("=")
    _ = scanner.next
    let place = scanner.location
    let keyword = try scanner.word("an operator")
    let content: Statement.Content =
      switch keyword {
      case "input": .input(name: try scanner.string(), kind: .caller)
      case "schedule": try schedule()
      case "state": try state()
      default: try node(keyword, at: place)
      }
    return Statement(definitions: definitions, content: content, location: location)
  }

  private mutating func schedule() throws(Diagnostic) -> Statement.Content {
    let name = try scanner.string()
    _ = scanner.next
    let place = scanner.location
    var reader = AttributeReader(try scanner.attributes(), of: "schedule", at: place)
    do {
      let schedule = try Schedule(&reader)
      try reader.finish()
      return .input(name: name, kind: .schedule(schedule))
    } catch {
      throw error.located(at: place, in: "")
    }
  }

  /// `state "w"`, or `state "w" as "weight"` where the input has another name than the state.
  private mutating func state() throws(Diagnostic) -> Statement.Content {
    let state = try scanner.string()
    guard scanner.next == "a" else { return .input(name: state, kind: .state(state)) }
    let keyword = try scanner.word("'as'")
    guard keyword == "as" else { throw scanner.expected("'as' or the end of the line") }
    return .input(name: try scanner.string(), kind: .state(state))
  }

  private mutating func node(_ name: String, at location: SourceLocation) throws(Diagnostic)
    -> Statement.Content
  {
    try scanner.expect("(")
    var operands = [Operand]()
    while let scalar = scanner.next, scalar != ")" {
      let place = scanner.location
      operands.append(Operand(value: try scanner.value(), location: place))
      guard scanner.skip(",") else { break }
    }
    try scanner.expect(")")
    let origin = scanner.origin()
    let attributes = origin == Origin() ? try scanner.attributes() : []
    let op: any Operator
    do {
      op =
        name == GradientRequest.name && attributes.isEmpty
        ? GradientRequest() : try catalog.make(name, attributes)
    } catch {
      throw error.located(at: location, in: "")
    }
    return .node(op, operands, origin == Origin() ? scanner.origin() : origin)
  }

  private mutating func namedValue() throws(Diagnostic) -> (NameList, String, Operand) {
    let keyword = try scanner.word("a value's definition, 'output', 'update', 'name' or '}'")
    let list: NameList
    switch keyword {
    case "output": list = .outputs
    case "update": list = .updates
    case "name": list = .names
    default: throw Diagnostic(.unknownKeyword(keyword), at: scanner.location)
    }
    let name = try scanner.string()
    _ = scanner.next
    let place = scanner.location
    return (list, name, Operand(value: try scanner.value(), location: place))
  }

  // MARK: Building

  private static func build(_ name: String, _ statements: [Statement]) throws(Diagnostic) -> Graph {
    var types = [TensorType?]()
    for definition in statements.lazy.flatMap(\.definitions) {
      let index = definition.value.index
      if index >= types.count {
        types += [TensorType?](repeating: nil, count: index + 1 - types.count)
      }
      guard types[index] == nil else {
        throw Diagnostic(.definedTwice(definition.value), at: definition.location)
      }
      types[index] = definition.type
    }
    var graph = Graph(name: name)
    // Numbers that the text skips belong to values that a pass has removed; nobody asks for their types.
    for type in types { _ = graph.makeValue(type ?? .scalar()) }

    var defined = [Bool](repeating: false, count: types.count)
    for statement in statements {
      switch statement.content {
      case .input(let name, let kind):
        guard statement.definitions.count == 1 else {
          throw Diagnostic(.oneInput, at: statement.location)
        }
        let value = statement.definitions[0].value
        graph.inputs.append(Graph.Input(name: name, kind: kind, value: value))
      case .node(let op, let operands, let origin):
        try check(operands, defined)
        let outputs = statement.definitions.map(\.value)
        let node = Node(op: op, inputs: operands.map(\.value), outputs: outputs, origin: origin)
        try checkTypes(of: node, in: graph, at: statement.location)
        graph.nodes.append(node)
      }
      for definition in statement.definitions { defined[definition.value.index] = true }
    }
    return graph
  }

  private static func check(_ operands: [Operand], _ defined: [Bool]) throws(Diagnostic) {
    for operand in operands {
      guard operand.value.index < defined.count, defined[operand.value.index] else {
        throw Diagnostic(.undefined(operand.value), at: operand.location)
      }
    }
  }

  private static func checkTypes(
    of node: Node, in graph: Graph, at location: SourceLocation
  ) throws(Diagnostic) {
    let written = node.outputs.map(graph.type(of:))
    let computed: [TensorType]
    do {
      try node.op.arity.check(node.inputs.count, for: node.op.name)
      computed = try node.op.outputTypes(node.inputs.map { graph.type(of: $0).computed })
    } catch {
      throw error.located(at: location, in: "")
    }
    guard written.map(\.computed) == computed else {
      throw Diagnostic(.typesDisagree(node.op.name, written, computed), at: location)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func noGraph(_ word: String) -> Self { "expected 'graph', found '\(word)'" }

  fileprivate static func unknownKeyword(_ word: String) -> Self {
    let known = ["output", "update", "name"]
    return "expected 'output', 'update' or 'name', found '\(word)'"
      + Suggestion.phrase(for: word, among: known)
  }

  fileprivate static func undefined(_ value: Value) -> Self {
    "\(value) is used but not defined above"
  }

  fileprivate static func definedTwice(_ value: Value) -> Self { "\(value) is defined twice" }

  fileprivate static var oneInput: Self { "an input defines one value" }

  fileprivate static func typesDisagree(
    _ name: String, _ written: [TensorType], _ computed: [TensorType]
  ) -> Self {
    "\(name) yields \(computed.map(\.description).joined(separator: ", ")), but the text says "
      + written.map(\.description).joined(separator: ", ")
  }
}

extension Diagnostic.Message {
  fileprivate static func + (left: Self, right: String) -> Self { Self(left.text + right) }
}
