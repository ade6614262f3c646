import GraphIR

/// The updates of all states: the value before, the value after, and the node that computes it.
struct StateVersions: Sequence {
  struct Version {
    /// The holder of the value before; nil if the program never reads the state.
    var old: Value?
    var new: Value
    var writer: Int
  }

  private var versions: [Version] = []

  init(_ live: LiveBytes) {
    var current: [String: Value] = [:]
    for input in live.graph.inputs {
      if case .state(let name) = input.kind { current[name] = input.value }
    }
    for update in live.graph.stateUpdates {
      let new = live.holder(of: update.value)
      if let writer = live.index.producer(of: new) {
        versions.append(Version(old: current[update.name], new: new, writer: writer))
      }
      current[update.name] = new
    }
  }

  func makeIterator() -> IndexingIterator<[Version]> { versions.makeIterator() }
}
