import GraphIR
import Plan

/// When each tensor of a draft is written and read, by call; a view's uses are its root's.
struct DraftUses {
  /// The first and the last call that write a tensor's memory; nil for inputs and states.
  private(set) var firstWrite: [Int?]
  private(set) var lastWrite: [Int?]
  /// The last call that reads it, -1 if none does; the number of calls if it must outlive the program.
  private(set) var lastRead: [Int]

  init(_ draft: ProgramDraft, keeping results: [TensorID]) {
    firstWrite = Array(repeating: nil, count: draft.tensors.count)
    lastWrite = firstWrite
    lastRead = Array(repeating: -1, count: draft.tensors.count)
    for (index, call) in draft.calls.enumerated() {
      for id in call.kernel.writes.map({ draft.root(of: $0).tensor }) {
        firstWrite[id.index] = firstWrite[id.index] ?? index
        lastWrite[id.index] = index
      }
      for id in call.kernel.reads.map({ draft.root(of: $0).tensor }) { lastRead[id.index] = index }
    }
    for id in results.map({ draft.root(of: $0).tensor }) { lastRead[id.index] = draft.calls.count }
  }
}

extension ProgramDraft {
  /// Whether a call may write `target` into the memory of `source`, which it reads.
  ///
  /// Only elementwise operations can, and only if every load from that memory visits the very element that is then
  /// stored, in the same tile.
  func canOverwrite(_ source: TensorID, with target: TensorID, in call: KernelCall) -> Bool {
    let tiles = call.tiles
    guard self[source].byteCount == self[target].byteCount,
      self[source].type.element == self[target].type.element,
      let writer = tiles.firstIndex(where: { $0.stores.contains { $0.tensor == target } }),
      let store = tiles[writer].stores.first(where: { $0.tensor == target })
    else { return false }
    if case .weightUpdate(let update) = call,
      update.gradient.reads.contains(where: { root(of: $0).tensor == source })
    {
      return false
    }
    return tiles.indices.allSatisfy { tile in
      tiles[tile].loads.allSatisfy { load in
        let root = root(of: load.tensor)
        guard root.tensor == source else { return true }
        return tile == writer && root.offset == 0
          && self[load.tensor].byteCount == self[source].byteCount
          && load.strides == store.strides && load.divisors.allSatisfy { $0 == 1 }
      }
    }
  }
}
