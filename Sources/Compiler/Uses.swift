import GraphIR

/// Who defines and who reads every value of a graph, at the time of asking.
struct Uses {
  private var definers: [Int?]
  private var readerCounts: [Int]
  private var endNames: [Value: String] = [:]

  init(of graph: Graph) {
    definers = [Int?](repeating: nil, count: graph.types.count)
    readerCounts = [Int](repeating: 0, count: graph.types.count)
    for (index, node) in graph.nodes.enumerated() {
      for output in node.outputs { definers[output.index] = index }
      for input in Set(node.inputs) { readerCounts[input.index] += 1 }
    }
    for output in graph.outputs { endNames[output.value] = "output '\(output.name)'" }
    for update in graph.stateUpdates { endNames[update.value] = "new state '\(update.name)'" }
  }

  /// The index of the node that defines a value; nil for inputs.
  func definer(of value: Value) -> Int? { definers[value.index] }

  /// Why a value cannot vanish into its one reader; nil if it can.
  func reasonToKeep(_ value: Value) -> String? {
    if let name = endNames[value] { return "its operand is the \(name)" }
    let count = readerCounts[value.index]
    return count > 1 ? "\(count) nodes read its operand" : nil
  }
}
