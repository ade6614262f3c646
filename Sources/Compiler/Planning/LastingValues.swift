import GraphIR

/// What lies in memory whether it is still needed or not: inputs, and states until something writes over them.
///
/// Holds for a graph to which nodes are added, as long as its states are updated by the same values.
struct LastingValues {
  /// For the old value of each state that is updated, the first new one that takes its place.
  private var successors: [Value: Value] = [:]
  private let updates: Set<Value>

  init(_ live: LiveBytes) {
    for version in StateVersions(live) {
      guard let old = version.old else { continue }
      let first = successors[old].flatMap(live.index.producer(of:)) ?? .max
      if version.writer < first { successors[old] = version.new }
    }
    updates = Set(live.graph.stateUpdates.map { live.holder(of: $0.value) })
  }

  /// The first node that writes over a state's old value; nil if the holder is none, or nobody does.
  func writer(over holder: Value, in live: LiveBytes) -> Int? {
    successors[holder].flatMap(live.index.producer(of:))
  }

  /// Whether a holder can be read by a node at a place without being kept for it; nil if that is up to its other readers.
  ///
  /// - Parameter position: where a node goes that stands at a place now.
  func lasts(
    _ holder: Value, until place: Int, in live: LiveBytes, position: (Int) -> Int = { $0 }
  ) -> Bool? {
    if let writer = writer(over: holder, in: live) { return position(writer) >= place }
    return live.index.producer(of: holder) == nil || updates.contains(holder) ? true : nil
  }
}
