import GraphIR

/// Which nodes compute new values of states, and which values those replace.
struct UpdateIndex {
  private var old: [Int: [Value]] = [:]

  init(_ graph: Graph, _ index: GraphIndex) {
    var current: [String: Value] = [:]
    for input in graph.inputs {
      if case .state(let name) = input.kind { current[name] = input.value }
    }
    for update in graph.stateUpdates {
      if let writer = index.producer(of: update.value) {
        old[writer, default: []] += current[update.name].map { [$0] } ?? []
      }
      current[update.name] = update.value
    }
  }

  func isUpdate(_ position: Int) -> Bool { old[position] != nil }

  /// The values that the states had before a node's results became theirs.
  func replaced(by position: Int) -> [Value] { old[position] ?? [] }
}
