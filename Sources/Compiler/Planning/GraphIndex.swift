import GraphIR

/// Who defines and who reads each value of a graph, by node position.
struct GraphIndex {
  /// The defining node of each value; nil for program inputs and values that nobody defines.
  private(set) var producers: [Int?]
  /// The nodes that read each value, ascending, each once.
  private(set) var readers: [[Int]]
  /// Whether the value outlives the nodes: an output of the program or a state's new value.
  private(set) var isResult: [Bool]

  init(_ graph: Graph) {
    producers = Array(repeating: nil, count: graph.types.count)
    readers = Array(repeating: [], count: graph.types.count)
    isResult = Array(repeating: false, count: graph.types.count)
    for (position, node) in graph.nodes.enumerated() {
      for output in node.outputs { producers[output.index] = position }
      for input in node.inputs where readers[input.index].last != position {
        readers[input.index].append(position)
      }
    }
    for result in graph.outputs + graph.stateUpdates { isResult[result.value.index] = true }
  }

  func producer(of value: Value) -> Int? { producers[value.index] }
  func readers(of value: Value) -> [Int] { readers[value.index] }
}
