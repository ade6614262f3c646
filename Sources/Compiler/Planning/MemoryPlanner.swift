import Plan

/// Gives every tensor of a draft its place.
struct MemoryPlanner {
  /// Offsets in the arena are multiples of this many bytes, a cache line.
  static let alignment = 64

  private(set) var storages: [PlanTensor.Storage]
  private(set) var report: MemoryReport

  init(
    _ draft: ProgramDraft, states: [TensorID: Int], outputs: [TensorID]
  ) {
    let uses = DraftUses(draft, keeping: outputs)
    func isInArena(_ id: TensorID) -> Bool {
      draft[id].home == .computed && states[id] == nil
    }
    let reuse = InPlaceReuse(draft, uses, isInArena: isInArena)

    var owners = [TensorID]()
    var buffers = [Buffer]()
    var bufferOf: [TensorID: Int] = [:]
    var withoutReuse = 0
    for id in draft.tensors.indices.map({ TensorID($0) }) where isInArena(id) {
      let size = Self.aligned(draft[id].byteCount)
      withoutReuse += size
      let start = uses.firstWrite[id.index] ?? 0
      let end = max(uses.lastRead[id.index], uses.lastWrite[id.index] ?? start)
      if let index = bufferOf[reuse.buffers[id.index]] {
        buffers[index].start = min(buffers[index].start, start)
        buffers[index].end = max(buffers[index].end, end)
      } else {
        bufferOf[reuse.buffers[id.index]] = buffers.count
        owners.append(reuse.buffers[id.index])
        buffers.append(Buffer(size: size, start: start, end: end))
      }
    }
    let packing = BufferPacking(buffers)
    storages = draft.tensors.indices.map { index in
      let id = TensorID(index)
      if let state = states[id] { return .state(state) }
      switch draft[id].home {
      case .input(let position): return .input(position)
      case .state(let state): return .state(state)
      case .view(let root, let offset): return .view(of: root, offset: offset)
      case .transient: return .transient
      case .computed:
        return .arena(offset: packing.offsets[bufferOf[reuse.buffers[index]] ?? 0])
      }
    }
    report = MemoryReport(
      arena: packing.arena, lowerBound: packing.lowerBound, withoutReuse: withoutReuse,
      heuristic: packing.heuristic)
  }

  private static func aligned(_ bytes: Int) -> Int {
    (bytes + alignment - 1) / alignment * alignment
  }
}
