extension Graph {
  /// The same graph with its values numbered from 0 in the order of their definition.
  ///
  /// Passes leave gaps where they removed nodes; without them, tables indexed by value are as short as they can be.
  package func compacted() -> Graph {
    var result = Graph(name: name)
    result.origin = origin
    var numbers = [Value?](repeating: nil, count: types.count)
    func renumber(_ value: Value) -> Value {
      if let known = numbers[value.index] { return known }
      let number = result.makeValue(type(of: value))
      numbers[value.index] = number
      return number
    }
    for input in inputs {
      result.inputs.append(
        Input(name: input.name, kind: input.kind, value: renumber(input.value)))
    }
    result.nodes.reserveCapacity(nodes.count)
    for var node in nodes {
      node.inputs = node.inputs.map(renumber)
      node.outputs = node.outputs.map(renumber)
      result.nodes.append(node)
    }
    result.outputs = outputs.map { NamedValue($0.name, renumber($0.value)) }
    result.stateUpdates = stateUpdates.map { NamedValue($0.name, renumber($0.value)) }
    result.names = names.map { NamedValue($0.name, renumber($0.value)) }
    return result
  }
}
