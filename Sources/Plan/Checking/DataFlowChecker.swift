/// Follows a program's calls in order and knows which tensors hold their value.
///
/// Inputs and the states' values before any update hold theirs from the start. Writing a tensor ends every other one
/// whose bytes overlap; views share the validity of the tensor they view. A tensor may be written in parts, which
/// are counted, not located: it holds its value once the parts add up to its size.
struct DataFlowChecker {
  private let tensors: TensorTable
  private let place: String
  private let regions: [Region]
  /// For each tensor that is not a view, how many of its elements have been written and not overwritten since.
  private var written: [Int]
  /// How often each such tensor has been overwritten by another one.
  private var generation: [Int]
  /// For each view, the generation of its base in which it was written itself; -1 when never.
  private var ownWrite: [Int]
  /// The call that overwrote the tensor last.
  private var overwriter: [Int?]
  /// By space, the tensors, views excluded, that hold at least a part of their value.
  ///
  /// Few of a space at any time, as they never overlap; reference programs have thousands of spaces instead.
  private var live: [Region.Space: Set<Int>] = [:]

  /// Bytes of one storage.
  private struct Region {
    enum Space: Hashable { case arena, state(Int), input(Int), own(Int) }
    var space: Space
    var range: Range<Int>

    func overlaps(_ other: Region) -> Bool {
      space == other.space && range.overlaps(other.range)
    }
  }

  init(tensors: TensorTable, place: String) {
    self.tensors = tensors
    self.place = place
    regions = tensors.tensors.indices.map { Self.region(of: TensorID($0), in: tensors) }
    let count = tensors.tensors.count
    written = Array(repeating: 0, count: count)
    generation = written
    ownWrite = Array(repeating: -1, count: count)
    overwriter = Array(repeating: nil, count: count)
  }

  private static func region(of id: TensorID, in tensors: TensorTable) -> Region {
    let span = tensors.span(id)
    switch tensors[id].storage {
    case .arena(let offset): return Region(space: .arena, range: offset..<offset + span)
    case .state(let index):
      // In a reference program the values of a state before and after an update are kept apart.
      return Region(
        space: tensors.isReference ? .own(id.index) : .state(index), range: 0..<span)
    case .input(let index): return Region(space: .input(index), range: 0..<span)
    case .own, .transient: return Region(space: .own(id.index), range: 0..<span)
    case .view(let base, let offset):
      let region = region(of: base, in: tensors)
      let start = region.range.lowerBound + offset
      return Region(space: region.space, range: start..<start + span)
    }
  }

  mutating func check(_ calls: [Call], outputs: [Program.NamedTensor]) throws(PlanError) {
    start(calls)
    for (index, call) in calls.enumerated() {
      let place = "\(self.place).calls[\(index)]"
      for read in call.kernel.reads { try checkRead(read, at: place) }
      try checkOverlaps(call.kernel, at: place)
      for write in call.kernel.writes { try self.write(write, by: call.kernel, index, at: place) }
    }
    for (index, output) in outputs.enumerated() {
      try checkRead(output.tensor, at: "\(place).outputs[\(index)] '\(output.name)'")
    }
    try checkStatesAtEnd()
  }

  /// Marks what holds its value before the first call.
  private mutating func start(_ calls: [Call]) {
    var isWritten = Array(repeating: false, count: tensors.tensors.count)
    for call in calls {
      for write in call.kernel.writes { isWritten[tensors.base(write).index] = true }
    }
    for (index, tensor) in tensors.tensors.enumerated() {
      switch tensor.storage {
      case .state where isWritten[index], .arena, .own, .view, .transient: break
      case .state, .input:
        written[index] = tensor.count
        live[regions[index].space, default: []].insert(index)
      }
    }
  }

  // MARK: Reads

  private func holdsValue(_ id: TensorID) -> Bool {
    let base = tensors.base(id)
    if written[base.index] >= tensors[base].count { return true }
    return base != id && ownWrite[id.index] == generation[base.index]
  }

  private func checkRead(_ id: TensorID, at place: String) throws(PlanError) {
    guard !holdsValue(id) else { return }
    let base = tensors.base(id)
    if written[base.index] > 0 {
      throw PlanError(
        "expected \(tensors.name(id)) to be written before it is read, found "
          + "\(written[base.index]) of \(tensors[base].count) elements written", at: place)
    }
    if let call = overwriter[base.index] {
      throw PlanError(
        "expected \(tensors.name(id)) to hold its value, found it overwritten by calls[\(call)]",
        at: place)
    }
    throw PlanError(
      "expected \(tensors.name(id)) to be written before it is read, found no call that has",
      at: place)
  }

  // MARK: Writes

  private mutating func write(
    _ id: TensorID, by kernel: KernelCall, _ call: Int, at place: String
  ) throws(PlanError) {
    let base = tensors.base(id)
    if case .input = tensors[base].storage {
      throw PlanError(
        "expected inputs to be read only, found \(tensors.name(id)) written", at: place)
    }
    let region = regions[id.index]
    for other in live[region.space] ?? [] {
      guard other != base.index, regions[other].overlaps(region) else { continue }
      written[other] = 0
      generation[other] += 1
      overwriter[other] = call
      live[region.space]?.remove(other)
    }
    live[region.space, default: []].insert(base.index)
    let (elements, total) = (Self.elementsWritten(by: kernel, to: tensors[id]), tensors[id].count)
    if id != base && elements == total { ownWrite[id.index] = generation[base.index] }
    written[base.index] = min(written[base.index] + elements, tensors[base].count)
  }

  /// All elements of the target, except for a copy that leaves the rest of it alone.
  private static func elementsWritten(by kernel: KernelCall, to target: PlanTensor) -> Int {
    if case .copy(let copy) = kernel, copy.fill == nil {
      return min(copy.extent.reduce(1, *), target.count)
    }
    return target.count
  }

  /// Refuses kernels that would read what they have just written.
  private func checkOverlaps(_ kernel: KernelCall, at place: String) throws(PlanError) {
    var seen: Set<TensorID> = []
    let reads = kernel.reads.filter { seen.insert($0).inserted }
    let writes = kernel.writes
    for (position, write) in writes.enumerated() {
      for other in writes[..<position] where overlaps(write, other) {
        throw PlanError(
          "expected targets that do not overlap, found \(tensors.name(other)) and "
            + tensors.name(write), at: place)
      }
      for read in reads where overlaps(write, read) {
        if isInPlace(kernel, read, position) { continue }
        throw PlanError(
          "expected \(tensors.name(write)) not to overlap the operand \(tensors.name(read)), "
            + "found that they share bytes", at: place)
      }
    }
  }

  private func overlaps(_ left: TensorID, _ right: TensorID) -> Bool {
    let (a, b) = (regions[left.index], regions[right.index])
    guard a.overlaps(b) else { return false }
    let (size, otherSize) = (tensors[left].element.size, tensors[right].element.size)
    guard size == otherSize,
      let pattern = AddressPattern(extent: tensors[left].shape, strides: tensors[left].strides),
      let other = AddressPattern(extent: tensors[right].shape, strides: tensors[right].strides)
    else { return true }
    return !pattern.isDisjoint(
      from: other, at: a.range.lowerBound / size, otherAt: b.range.lowerBound / size)
  }

  /// Whether a tile's store writes each element exactly where, and no sooner than, its load has read it; no other tile of
  /// the call may read the element at all.
  ///
  /// - Parameter result: the store's place among all results of the call.
  private func isInPlace(_ kernel: KernelCall, _ source: TensorID, _ result: Int) -> Bool {
    // A weight's gradient is not finished when its update begins.
    if case .weightUpdate(let update) = kernel, update.gradient.reads.contains(source) {
      return false
    }
    var first = 0
    for tile in kernel.tiles {
      if tile.stores.indices.contains(result - first) {
        guard isInPlace(tile, source, tile.stores[result - first]) else { return false }
      } else if tile.loads.contains(where: { $0.tensor == source }) {
        return false
      }
      first += tile.writes.count
    }
    return result < first
  }

  private func isInPlace(_ tile: TileCall, _ source: TensorID, _ target: TileStore) -> Bool {
    guard
      regions[source.index].range.lowerBound == regions[target.tensor.index].range.lowerBound,
      tensors[source].element == tensors[target.tensor].element
    else { return false }
    return tile.loads.filter { $0.tensor == source }.allSatisfy { load in
      tile.extent.indices.allSatisfy { axis in
        tile.extent[axis] == 1
          || (load.strides[axis] == target.strides[axis] && load.divisors[axis] == 1)
      }
    }
  }

  // MARK: End

  /// A state that the program touches ends with one whole value.
  private func checkStatesAtEnd() throws(PlanError) {
    guard !tensors.isReference else { return }
    var holds: [Int: Bool] = [:]
    for (index, tensor) in tensors.tensors.enumerated() {
      guard case .state(let state) = tensor.storage else { continue }
      holds[state] = holds[state] == true || holdsValue(TensorID(index))
    }
    for (index, tensor) in tensors.tensors.enumerated() {
      guard case .state(let state) = tensor.storage, holds[state] == false else { continue }
      throw PlanError(
        "expected state \(state) to hold a whole value after the last call, found "
          + "\(tensors.name(TensorID(index))) written in part", at: "\(place).tensors[\(index)]")
    }
  }
}
