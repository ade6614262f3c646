import CKernels
import Plan

/// Everything about a tile call that binding decides, in the terms of the C kernel.
struct TileProgram {
  private(set) var geometry: TileGeometry
  private(set) var chunks: TileChunks
  private(set) var buffers: [Int32] = []
  private(set) var bufferCount = 0
  private(set) var loads: [pf_tile_load] = []
  private(set) var constants: [pf_tile_constant] = []
  private(set) var instructions: [pf_tile_instruction] = []
  private(set) var stores: [pf_tile_store] = []
  private(set) var reductions: [pf_tile_reduction] = []

  /// - Parameter grain: elements that are worth a thread's while.
  init?(
    _ call: TileCall, grain: Int = TileChunks.grain, operand: (TensorID) -> Operand
  ) {
    guard call.stores.allSatisfy({ operand($0.tensor).tensor.element.isReal }),
      call.reductions.allSatisfy({ operand($0.tensor).tensor.element == .float32 })
    else { return nil }

    let accesses =
      call.loads.map { Access($0.strides, divisors: $0.divisors) }
      + call.stores.map { Access($0.strides) } + call.reductions.map { Access($0.strides) }
    let space = FoldedSpace(call.extent, accesses)
    let registers = TileRegisters(call)
    let crowd = registers.buffers(loaded: Array(call.loads.indices), elsewhere: []).count
    let firstReduction = call.loads.count + call.stores.count
    let keepsInner = space.accesses[firstReduction...].contains { ($0.strides.last ?? 0) != 0 }
    geometry = TileGeometry(
      space, splitsFirst: keepsInner, capacity: Self.capacity(buffers: crowd))
    guard geometry.extents.count <= mostAxes else { return nil }
    let reductionPaths = Array(geometry.paths[firstReduction...])
    chunks = TileChunks(geometry, grain: grain, reductions: reductionPaths)

    let stored = call.stores.map { operand($0.tensor).memory }
    bindLoads(call, stored: stored, operand: operand)
    let elsewhere = bindStores(call, registers: registers, operand: operand)
    let loaded = loads.indices.filter { loads[$0].kind != pf_load_direct }
    (buffers, bufferCount) = registers.buffers(loaded: loaded, elsewhere: elsewhere)
    bindInstructions(call, registers)
    reductions = zip(call.reductions, reductionPaths).map { reduction, path in
      reductionStruct(reduction, path, target: operand(reduction.tensor))
    }
  }

  /// Elements of a tile, so that its buffers share the L1 cache with the memory that streams past them.
  ///
  /// Larger tiles would cost less per instruction, but with four buffers of 1024 the loops already run at half the speed.
  private static func capacity(buffers: Int) -> Int {
    buffers <= 2 ? 1024 : buffers <= 12 ? 512 : 256
  }

  /// The C struct that points to the arrays.
  func header(loops: UnsafePointer<pf_loops>, threads: Int, arrays: TileArrays) -> pf_tile {
    var tile = pf_tile()
    tile.loops = loops
    tile.threads = Int32(threads)
    tile.axes = Int32(geometry.extents.count)
    assign(&tile.extents, geometry.extents)
    tile.rows = Int64(geometry.rows)
    tile.inner = Int64(geometry.inner)
    tile.piece_axis = Int32(geometry.pieceAxis ?? -1)
    tile.last_inner = Int64(geometry.lastInner)
    tile.tile_rows = Int64(geometry.tileRows)
    tile.group_rows = Int64(chunks.groupRows)
    tile.groups = Int64(chunks.groups)
    tile.splits = Int64(chunks.splits)
    tile.split_rows = Int64(chunks.splitRows)
    tile.chunk_groups = Int64(chunks.chunkGroups)
    tile.chunks = Int64(chunks.count)
    tile.values = Int32(buffers.count)
    tile.buffer_count = Int32(bufferCount)
    tile.buffers = UnsafePointer(arrays.buffers.baseAddress)
    tile.load_count = Int32(loads.count)
    tile.constant_count = Int32(constants.count)
    tile.instruction_count = Int32(instructions.count)
    tile.store_count = Int32(stores.count)
    tile.reduction_count = Int32(reductions.count)
    tile.loads = UnsafePointer(arrays.loads.baseAddress)
    tile.constants = UnsafePointer(arrays.constants.baseAddress)
    tile.instructions = UnsafePointer(arrays.instructions.baseAddress)
    tile.stores = UnsafePointer(arrays.stores.baseAddress)
    tile.reductions = UnsafePointer(arrays.reductions.baseAddress)
    return tile
  }
}

// MARK: Loads and stores

extension TileProgram {
  private mutating func bindLoads(
    _ call: TileCall, stored: [Range<UInt>], operand: (TensorID) -> Operand
  ) {
    let kept = Set(call.stores.map(\.register))
    for (index, load) in call.loads.enumerated() {
      let path = geometry.paths[index], source = operand(load.tensor)
      var bound = pf_tile_load()
      bound.base = UnsafeRawPointer(source.pointer)
      assign(&bound.strides, path.outer.strides)
      assign(&bound.divisors, path.outer.divisors.map(Int32.init))
      bound.inner_stride = Int64(path.innerStride)
      bound.inner_divisor = Int32(path.innerDivisor)
      bound.element = source.tensor.element.kernelElement
      bound.value = Int32(index)
      // A load that is stored elsewhere must survive a store over the memory that it came from.
      let endangered =
        kept.contains(index) && stored.contains { $0.overlaps(source.memory) }
      if source.tensor.element == .float32, !endangered, geometry.isContiguous(path) {
        bound.kind = pf_load_direct
      } else if source.tensor.element == .bfloat16, geometry.isContiguous(path) {
        bound.kind = pf_load_block
      } else if path.outer.strides.allSatisfy({ $0 == 0 }) {
        bound.kind = pf_load_fixed
      } else {
        bound.kind = pf_load_rows
      }
      loads.append(bound)
    }
  }

  /// Binds the stores and gives the values that are computed right in their target.
  private mutating func bindStores(
    _ call: TileCall, registers: TileRegisters, operand: (TensorID) -> Operand
  ) -> Set<Int> {
    var elsewhere: Set<Int> = []
    for (index, store) in call.stores.enumerated() {
      let path = geometry.paths[call.loads.count + index], target = operand(store.tensor)
      var bound = pf_tile_store()
      bound.base = target.pointer
      bound.element = target.tensor.element.kernelElement
      assign(&bound.strides, path.outer.strides)
      bound.inner_stride = Int64(path.innerStride)
      bound.value = Int32(store.register)
      let definition = store.register - call.loads.count
      // Nothing may read, after the result is there, what lay in the target before.
      let disturbed = loads.indices.contains { load in
        loads[load].kind == pf_load_direct && (registers.lastUse[load] ?? -1) > definition
          && operand(call.loads[load].tensor).memory.overlaps(target.memory)
      }
      if !geometry.isContiguous(path) {
        bound.kind = pf_store_rows
      } else if definition < 0 || call.instructions[definition].opcode == .constant || disturbed
        || elsewhere.contains(store.register) || target.tensor.element == .bfloat16
      {
        bound.kind = pf_store_block
      } else {
        bound.kind = pf_store_result
        elsewhere.insert(store.register)
      }
      stores.append(bound)
    }
    return elsewhere
  }
}

extension Operand {
  /// The addresses that the tensor covers.
  fileprivate var memory: Range<UInt> {
    let start = UInt(bitPattern: pointer)
    return start..<start + UInt(tensor.byteCount)
  }
}

// MARK: Instructions and reductions

extension TileProgram {
  private mutating func bindInstructions(_ call: TileCall, _ registers: TileRegisters) {
    for index in registers.live {
      let instruction = call.instructions[index], value = Int32(call.loads.count + index)
      guard let opcode = instruction.opcode.loop else {
        constants.append(
          pf_tile_constant(value: value, immediate: Float(instruction.immediate)))
        continue
      }
      let operands = instruction.operands.map(Int32.init)
      var bound = pf_tile_instruction()
      bound.opcode = opcode
      bound.result = value
      assign(&bound.operands, (0..<3).map { operands[$0 < operands.count ? $0 : 0] })
      instructions.append(bound)
    }
  }

  private func reductionStruct(
    _ reduction: TileReduction, _ path: TileGeometry.Path, target: Operand
  ) -> pf_tile_reduction {
    let extents = geometry.extents
    let kept = extents.indices.filter { $0 < chunks.groupAxes || path.outer.strides[$0] != 0 }
    let slotSize = chunks.slotSize(path, geometry)
    var slotStrides = [Int](repeating: 0, count: extents.count)
    var step = path.innerStride != 0 ? geometry.inner : 1
    for axis in kept.reversed() {
      if axis == chunks.groupAxes - 1 { step = slotSize * chunks.splits }
      slotStrides[axis] = step
      step *= extents[axis]
    }
    var bound = pf_tile_reduction()
    bound.kind = reduction.kind.loop
    bound.value = Int32(reduction.register)
    bound.target = target.pointer.assumingMemoryBound(to: Float.self)
    assign(&bound.slot_strides, slotStrides)
    bound.keeps_inner = path.innerStride != 0 ? 1 : 0
    bound.slot_size = Int64(slotSize)
    let inner = path.innerStride != 0
    bound.kept_axes = Int32(kept.count + (inner ? 1 : 0))
    assign(&bound.kept_extents, kept.map { extents[$0] } + (inner ? [geometry.inner] : []))
    assign(
      &bound.target_strides,
      kept.map { path.outer.strides[$0] } + (inner ? [path.innerStride] : []))
    bound.ragged_axis = -1
    if inner, geometry.lastInner != geometry.inner, let piece = geometry.pieceAxis {
      bound.ragged_axis = Int32(kept.firstIndex(of: piece) ?? -1)
    }
    return bound
  }
}
