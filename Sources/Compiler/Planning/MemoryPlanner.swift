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
    let packing = Self.packed(buffers, draft)
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

  /// Packs the buffers such that what is free beside them lies in one piece while products with large weights run, whose
  /// kernels want room for their work; never at the cost of a larger arena.
  private static func packed(_ buffers: [Buffer], _ draft: ProgramDraft) -> BufferPacking {
    var live = [Int](repeating: 0, count: draft.calls.count)
    for buffer in buffers {
      for call in buffer.start...min(buffer.end, live.count - 1) { live[call] += buffer.size }
    }
    let most = live.max() ?? 0
    let rooms = draft.calls.indices.compactMap { call -> Buffer? in
      let size = min(most - live[call], largestRoom) / alignment * alignment
      guard size >= smallestRoom, draft.hasLargeWeight(draft.calls[call].kernel) else { return nil }
      return Buffer(size: size, start: call, end: call)
    }
    let packing = BufferPacking(buffers + rooms)
    guard !rooms.isEmpty, packing.arena > most + most / 100 else { return packing }
    let plain = BufferPacking(buffers)
    return plain.arena < packing.arena ? plain : packing
  }

  /// How much room kernels with large weights are given, in bytes, if it is there.
  private static let (smallestRoom, largestRoom) = (4 << 20, 48 << 20)

  private static func aligned(_ bytes: Int) -> Int {
    (bytes + alignment - 1) / alignment * alignment
  }
}

extension ProgramDraft {
  /// Whether a call works on a weight, or a weight's gradient, of more than a few megabytes.
  fileprivate func hasLargeWeight(_ call: KernelCall) -> Bool {
    let weight: TensorID?
    if case .weightUpdate(let update) = call {
      weight = update.gradient.target
    } else {
      weight = call.unmeasured.convolutionRoles?.w
    }
    return weight.map { self[$0].byteCount >= 16 << 20 } ?? false
  }
}
