import GraphIR
import Plan

/// Lets new values of states be written over the old ones, and stores those that cannot be at the program's end.
///
/// A new value may take the state's own memory if nobody reads the old one after its writer has begun. All other new
/// values live in the arena; the last of each state is copied into the state when everything else has run.
struct StatePlacement {
  /// A new value of a state, in program order.
  struct Update {
    var state: Int
    var tensor: TensorID
  }

  /// Computed tensors that lie in a state's memory, and which.
  private(set) var stateOf: [TensorID: Int] = [:]
  /// What each state's memory holds when all calls so far have run.
  private var occupant: [Int: TensorID] = [:]

  /// Places what can be updated in place and appends the copies that the rest needs.
  ///
  /// - Parameters:
  ///   - updates: in program order; the last of a state remains.
  ///   - outputs: tensors that must be valid at the end; replaced by copies where a state's memory is overwritten.
  ///   - inPlace: false to store all new values at the end, as reference programs do.
  init(
    _ draft: inout ProgramDraft, updates: [Update], outputs: inout [TensorID], inPlace: Bool
  ) {
    for (index, tensor) in draft.tensors.enumerated() {
      if case .state(let state) = tensor.home { occupant[state] = TensorID(index) }
    }
    let last = Dictionary(updates.map { ($0.state, $0.tensor) }) { _, later in later }
    if inPlace { placeInPlace(draft, updates, results: outputs + last.values) }
    let stored = last.sorted { $0.key < $1.key }.filter { occupant[$0.key] != $0.value }
    append(stored, to: &draft, &outputs)
  }

  private mutating func placeInPlace(
    _ draft: ProgramDraft, _ updates: [Update], results: [TensorID]
  ) {
    // A state's final value is no reader of itself; as another state's value it is, and so is every output.
    let uses = DraftUses(draft, keeping: [])
    let needed = Dictionary(
      results.map { (draft.root(of: $0).tensor, 1) }, uniquingKeysWith: +)
    for update in updates {
      guard case .computed = draft[update.tensor].home, stateOf[update.tensor] == nil,
        let writer = uses.firstWrite[update.tensor.index]
      else { continue }
      if let old = occupant[update.state] {
        let last = uses.lastRead[old.index]
        let isFree =
          last < writer
          || last == writer
            && draft.canOverwrite(old, with: update.tensor, in: draft.calls[writer].kernel)
        let written = uses.lastWrite[old.index] ?? -1
        guard isFree, written < writer, needed[old] == nil else { continue }
      }
      stateOf[update.tensor] = update.state
      occupant[update.state] = update.tensor
    }
  }

  /// Copies new values into their states, after everything that these copies would destroy has been saved.
  private func append(
    _ stored: [(key: Int, value: TensorID)], to draft: inout ProgramDraft,
    _ outputs: inout [TensorID]
  ) {
    let destroyed = Set(stored.map(\.key))
    func liesInDestroyed(_ id: TensorID) -> Bool {
      let root = draft.root(of: id).tensor
      if case .state(let state) = draft[root].home { return destroyed.contains(state) }
      return stateOf[root].map { destroyed.contains($0) } ?? false
    }
    var saved: [TensorID: TensorID] = [:]
    for id in outputs + stored.map(\.value) where liesInDestroyed(id) && saved[id] == nil {
      var copy = draft[id]
      copy.home = .computed
      let target = draft.add(copy)
      saved[id] = target
      draft.appendCopy(from: id, to: target, label: copy.label)
    }
    outputs = outputs.map { saved[$0] ?? $0 }
    for (state, value) in stored {
      var tensor = draft[value]
      tensor.home = .state(state)
      tensor.strides = Layout.strides(tensor.type.shape)
      let target = draft.add(tensor)
      draft.appendCopy(from: saved[value] ?? value, to: target, label: tensor.label)
    }
  }
}
