import GraphIR

/// What lies in memory whether it is still needed or not: inputs, and states until something writes over them.
struct LastingValues {
  /// For the old value of each state that is updated, the first node that writes a new one in its place.
  let writers: [Value: Int]
  private let updates: Set<Value>

  init(_ live: LiveBytes) {
    writers = Dictionary(
      StateVersions(live).compactMap { version in version.old.map { ($0, version.writer) } },
      uniquingKeysWith: min)
    updates = Set(live.graph.stateUpdates.map { live.holder(of: $0.value) })
  }

  /// Whether a holder can be read by a node at a place without being kept for it; nil if that is up to its other readers.
  ///
  /// - Parameter position: where a node goes that stands at a place now.
  func lasts(
    _ holder: Value, until place: Int, in live: LiveBytes, position: (Int) -> Int = { $0 }
  ) -> Bool? {
    if let writer = writers[holder] { return position(writer) >= place }
    return live.index.producer(of: holder) == nil || updates.contains(holder) ? true : nil
  }
}
