package import Plan

/// The name of one result of one node, or of one input; unique in its graph, assigned once.
package struct Value: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let index: Int

  package init(_ index: Int) { self.index = index }

  package var description: String { "%\(index)" }

  package static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// Where a node comes from: its place in the YAML file and the block instances around it.
package struct Origin: Hashable, Sendable {
  package var location: SourceLocation?
  /// Node names from the outside in, joined by dots: `discriminator.real.conv2d_2`.
  ///
  /// Unique for random nodes, whose numbers are drawn from it.
  package var path: String

  package init(location: SourceLocation? = nil, path: String = "") {
    self.location = location
    self.path = path
  }
}

/// One application of an operator.
package struct Node: Sendable {
  package var op: any Operator
  package var inputs: [Value]
  package var outputs: [Value]
  package var origin: Origin

  package init(op: any Operator, inputs: [Value], outputs: [Value], origin: Origin) {
    self.op = op
    self.inputs = inputs
    self.outputs = outputs
    self.origin = origin
  }
}

/// A program in static single assignment form: inputs and old state go in, outputs and new state come out.
///
/// Nodes stand in an order in which every value is defined before it is used. Nothing is mutated: an optimiser yields
/// new parameter values, and later nodes read those.
package struct Graph: Sendable {
  package struct Input: Sendable {
    package enum Kind: Sendable, Hashable {
      /// Supplied by a data set, or by the caller of `planform run`.
      case caller
      /// Supplied by the trainer, from a schedule.
      case schedule(Schedule)
      /// The value of a state when the program starts.
      case state(String)
    }
    package var name: String
    package var kind: Kind
    package var value: Value

    package init(name: String, kind: Kind, value: Value) {
      self.name = name
      self.kind = kind
      self.value = value
    }
  }

  /// A value and a name by which people ask for it.
  package struct NamedValue: Sendable, Hashable {
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  package var name: String
  package private(set) var types: [TensorType] = []
  package var inputs: [Input] = []
  package var nodes: [Node] = []
  /// What the program is for.
  package var outputs: [NamedValue] = []
  /// New values of states in program order; the last of a state is the one that remains.
  package var stateUpdates: [NamedValue] = []
  /// Every further name of a value; they keep nothing alive.
  package var names: [NamedValue] = []
  /// How images are going to be stored, for passes that weigh costs; one of them stores them so.
  package var precision = Precision.float32
  /// The origin given to nodes appended without one; gradient rules and expansions set it.
  package var origin = Origin()

  package init(name: String) { self.name = name }

  package func type(of value: Value) -> TensorType { types[value.index] }

  /// Adds a program input and returns its value.
  package mutating func addInput(_ name: String, kind: Input.Kind, type: TensorType) -> Value {
    let value = makeValue(type)
    inputs.append(Input(name: name, kind: kind, value: value))
    return value
  }

  /// Makes a value that no node defines yet; passes that build nodes themselves use it.
  package mutating func makeValue(_ type: TensorType) -> Value {
    types.append(type)
    return Value(types.count - 1)
  }

  /// Says how the elements of a value are stored; shape rules and readers see the same numbers, rounded.
  package mutating func store(_ value: Value, as element: ElementType) {
    precondition(element.computed == type(of: value).element.computed, "storage changes no meaning")
    types[value.index].element = element
  }

  /// Applies an operator: checks arity and shapes, appends the node, returns its outputs.
  ///
  /// - Throws: what the operator's shape rule says, or that an output is too large, with this node's place and path.
  @discardableResult
  package mutating func append(
    _ op: any Operator, _ inputs: [Value], origin: Origin? = nil
  ) throws(Diagnostic) -> [Value] {
    let origin = origin ?? self.origin
    do {
      let inputTypes = inputs.map(type(of:))
      try op.arity.check(inputTypes.count, for: op.name)
      let outputTypes = try op.outputTypes(inputTypes)
      for type in outputTypes { try type.requireBounded() }
      let outputs = outputTypes.map { makeValue($0) }
      nodes.append(Node(op: op, inputs: inputs, outputs: outputs, origin: origin))
      return outputs
    } catch {
      throw error.located(at: origin.location, in: origin.path)
    }
  }

  /// Applies an operator that has one output.
  package mutating func apply(
    _ op: any Operator, _ inputs: Value..., origin: Origin? = nil
  ) throws(Diagnostic) -> Value {
    try append(op, inputs, origin: origin)[0]
  }

  /// A copy without nodes and names, to be filled again by a pass that rebuilds the graph.
  ///
  /// Values keep their numbers.
  package func emptied() -> Graph {
    var graph = self
    graph.nodes = []
    return graph
  }

  /// Reads `replacement` wherever a replaced value was read, named, returned or kept as state.
  package mutating func replaceUses(_ replacement: [Value: Value]) {
    guard !replacement.isEmpty else { return }
    func final(_ value: Value) -> Value {
      var value = value
      while let next = replacement[value] { value = next }
      return value
    }
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map(final)
    }
    for index in outputs.indices { outputs[index].value = final(outputs[index].value) }
    for index in stateUpdates.indices {
      stateUpdates[index].value = final(stateUpdates[index].value)
    }
    for index in names.indices { names[index].value = final(names[index].value) }
  }
}
