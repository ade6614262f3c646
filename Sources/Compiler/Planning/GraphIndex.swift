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

  /// Makes room for a node at a position, which defines one more value.
  mutating func insert(at position: Int, reading inputs: [Value]) {
    for index in producers.indices {
      if let producer = producers[index], producer >= position { producers[index] = producer + 1 }
      guard let last = readers[index].last, last >= position else { continue }
      for reader in readers[index].indices where readers[index][reader] >= position {
        readers[index][reader] += 1
      }
    }
    producers.append(position)
    readers.append([])
    isResult.append(false)
    for input in inputs where !readers[input.index].contains(position) {
      let place = readers[input.index].firstIndex { $0 > position } ?? readers[input.index].count
      readers[input.index].insert(position, at: place)
    }
  }

  /// Notes that those who read a value at a position or behind it read another one instead, which had no readers.
  mutating func read(_ other: Value, insteadOf value: Value, from position: Int) {
    readers[other.index] = readers[value.index].filter { $0 >= position }
    readers[value.index].removeAll { $0 >= position }
  }

  func producer(of value: Value) -> Int? { producers[value.index] }
  func readers(of value: Value) -> [Int] { readers[value.index] }
}
