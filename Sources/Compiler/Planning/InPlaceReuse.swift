import Plan

/// Lets results of elementwise operations take over the memory of operands that die there.
struct InPlaceReuse {
  /// For each tensor that takes over another's memory, the tensor that first had it.
  private(set) var buffers: [TensorID]

  init(_ draft: ProgramDraft, _ uses: DraftUses, isInArena: (TensorID) -> Bool) {
    buffers = draft.tensors.indices.map { TensorID($0) }
    for (index, call) in draft.calls.enumerated() {
      var taken: Set<TensorID> = []
      for tile in call.kernel.tiles {
        for target in tile.stores.map(\.tensor) where isInArena(target) {
          let dying = tile.loads.map { draft.root(of: $0.tensor).tensor }.first { source in
            isInArena(source) && uses.lastRead[source.index] == index && !taken.contains(source)
              && draft.canOverwrite(source, with: target, in: call.kernel)
          }
          guard let dying else { continue }
          taken.insert(dying)
          buffers[target.index] = buffers[dying.index]
        }
      }
    }
  }
}
