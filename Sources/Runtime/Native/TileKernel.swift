import CKernels
import Plan

/// A tile program bound to memory: the C struct that describes it, and the arrays that it points to.
final class TileKernel: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  private let tile: UnsafeMutablePointer<pf_tile>
  private let arrays: TileArrays

  /// Binds a call; nil when it has more axes than the C kernel takes or writes whole numbers.
  init?(_ call: TileCall, on machine: Machine, operand: (TensorID) -> Operand) {
    guard let loops = machine.instructions.loops,
      let program = TileProgram(call, operand: operand)
    else { return nil }
    arrays = TileArrays(program)
    tile = .allocate(capacity: 1)
    tile.initialize(to: program.header(loops: loops, threads: machine.threads, arrays: arrays))
    scratchBytes = Int(pf_tile_scratch_bytes(tile))
    implementation = "tile:\(machine.instructions.vectors)"
  }

  deinit { tile.deallocate() }

  func attach(scratch: UnsafeMutableRawPointer) {
    tile.pointee.scratch = scratch.assumingMemoryBound(to: CChar.self)
  }

  func run(_ context: RunContext) { pf_tile_run(tile) }
}

/// The arrays that a tile's C struct points to.
final class TileArrays {
  let buffers: UnsafeMutableBufferPointer<Int32>
  let loads: UnsafeMutableBufferPointer<pf_tile_load>
  let constants: UnsafeMutableBufferPointer<pf_tile_constant>
  let instructions: UnsafeMutableBufferPointer<pf_tile_instruction>
  let stores: UnsafeMutableBufferPointer<pf_tile_store>
  let reductions: UnsafeMutableBufferPointer<pf_tile_reduction>

  init(_ program: TileProgram) {
    func copied<Element>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
      let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: values.count)
      _ = buffer.initialize(from: values)
      return buffer
    }
    buffers = copied(program.buffers)
    loads = copied(program.loads)
    constants = copied(program.constants)
    instructions = copied(program.instructions)
    stores = copied(program.stores)
    reductions = copied(program.reductions)
  }

  deinit {
    buffers.deallocate()
    loads.deallocate()
    constants.deallocate()
    instructions.deallocate()
    stores.deallocate()
    reductions.deallocate()
  }
}
