package import Plan

/// Checks the rules that every graph obeys, between any two passes.
///
/// Inputs
/// - i1: every input defines a value of its own, and no two have the same name.
/// - i2: no two inputs read the same state.
/// - i3: a state input has the type of its state's declaration.
///
/// Nodes
/// - n1: every operand is defined by an input or by an earlier node; there are no cycles.
/// - n2: every value is defined once.
/// - n3: the number of operands is one that the operator takes.
/// - n4: the results have the types that the operator's shape rule gives, however they are stored.
/// - n5: random nodes have paths of their own, since their numbers are drawn from them.
///
/// Ends
/// - e1: outputs, state updates and names speak of defined values.
/// - e2: no two outputs have the same name.
/// - e3: a state's new value has the type of the state.
///
/// All of it is linear in the size of the graph, so that release builds can afford it after every pass.
package struct Verifier {
  private let graph: Graph
  private let pass: String
  private var isDefined: [Bool]
  private var stateTypes: [String: TensorType]

  /// - Parameter states: the declarations against which i3 and e3 are checked; without them, the state inputs themselves.
  private init(_ graph: Graph, after pass: String, states: [StateDeclaration]) {
    self.graph = graph
    self.pass = pass
    isDefined = [Bool](repeating: false, count: graph.types.count)
    stateTypes = Dictionary(
      states.map { ($0.name, TensorType($0.element, $0.shape)) }, uniquingKeysWith: { $1 })
  }

  /// Checks a graph.
  ///
  /// - Throws: the first rule that it breaks, which is a mistake of `pass`.
  package static func verify(
    _ graph: Graph, after pass: String, states: [StateDeclaration] = []
  ) throws(CompilerBug) {
    var verifier = Verifier(graph, after: pass, states: states)
    try verifier.verifyInputs(declared: !states.isEmpty)
    try verifier.verifyNodes()
    try verifier.verifyEnds()
  }

  private mutating func verifyInputs(declared: Bool) throws(CompilerBug) {
    var names = Set<String>()
    var states = Set<String>()
    for input in graph.inputs {
      try define(input.value, "input '\(input.name)'", nil)
      try require(names.insert(input.name).inserted, "two inputs are named '\(input.name)'")
      guard case .state(let state) = input.kind else { continue }
      try require(states.insert(state).inserted, "two inputs read the state '\(state)'")
      let type = graph.type(of: input.value)
      if let wanted = stateTypes[state] {
        try require(wanted == type, "the state '\(state)' is \(wanted), but its input is \(type)")
      } else {
        try require(!declared, "there is no state '\(state)'")
        stateTypes[state] = type
      }
    }
  }

  private mutating func verifyNodes() throws(CompilerBug) {
    var randomPaths = Set<String>()
    for node in graph.nodes {
      for input in node.inputs {
        try require(contains(input), "\(input) is used before it is defined", node)
      }
      try verifyTypes(node)
      for output in node.outputs { try define(output, "a result", node) }
      if node.op is any RandomOperator {
        try require(
          randomPaths.insert(node.origin.path).inserted,
          "two random nodes share the path '\(node.origin.path)'", node)
      }
    }
  }

  private func verifyTypes(_ node: Node) throws(CompilerBug) {
    let computed: [TensorType]
    do {
      try node.op.arity.check(node.inputs.count, for: node.op.name)
      computed = try node.op.outputTypes(node.inputs.map { graph.type(of: $0).computed })
    } catch {
      throw bug("the shape rule refuses the operands: \(error.message.text)", node)
    }
    let inRange = node.outputs.allSatisfy { graph.types.indices.contains($0.index) }
    let isRight = { graph.type(of: $0).computed == $1 }
    guard inRange, node.outputs.elementsEqual(computed, by: isRight) else {
      let wanted = computed.map(\.description).joined(separator: ", ")
      throw bug("the shape rule gives \(wanted)", inRange ? node : nil)
    }
  }

  private func verifyEnds() throws(CompilerBug) {
    var outputNames = Set<String>()
    for output in graph.outputs {
      try require(contains(output.value), "output '\(output.name)' is undefined \(output.value)")
      try require(outputNames.insert(output.name).inserted, "two outputs are '\(output.name)'")
    }
    for update in graph.stateUpdates {
      try require(
        contains(update.value), "the update of '\(update.name)' is undefined \(update.value)")
      guard let wanted = stateTypes[update.name] else { continue }
      let type = graph.type(of: update.value)
      try require(
        wanted == type, "the state '\(update.name)' is \(wanted), but its update is \(type)")
    }
    for name in graph.names {
      try require(contains(name.value), "the name '\(name.name)' is of undefined \(name.value)")
    }
  }

  // MARK: Pieces

  private func contains(_ value: Value) -> Bool {
    isDefined.indices.contains(value.index) && isDefined[value.index]
  }

  private mutating func define(
    _ value: Value, _ what: @autoclosure () -> String, _ node: @autoclosure () -> Node?
  ) throws(CompilerBug) {
    try require(isDefined.indices.contains(value.index), "\(what()) is \(value), which has no type")
    try require(!isDefined[value.index], "\(value) is defined twice", node())
    isDefined[value.index] = true
  }

  /// - Parameter node: where the rule is broken; copied only then, since almost all rules hold.
  private func require(
    _ holds: Bool, _ message: @autoclosure () -> String, _ node: @autoclosure () -> Node? = nil
  ) throws(CompilerBug) {
    guard !holds else { return }
    throw bug(message(), node())
  }

  private func bug(_ message: String, _ node: Node?) -> CompilerBug {
    CompilerBug(
      message, after: pass, in: graph.name, node: node.map { GraphPrinter(graph).line($0) })
  }
}
