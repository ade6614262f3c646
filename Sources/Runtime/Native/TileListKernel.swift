import CKernels
import Plan

/// A list of tile programs bound to memory; threads share the chunks of all of them.
///
/// Every tile is cut as it would be by itself, but finer, so that results are bit for bit those of the same calls in turn.
final class TileListKernel: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  /// The C struct of each tile, and the arrays that they point to.
  private let tiles: UnsafeMutablePointer<pf_tile>
  private let arrays: [TileArrays]
  /// Chunks of the tiles before each, and of all.
  private let firstChunks: UnsafeMutablePointer<Int64>
  private let list: UnsafeMutablePointer<pf_tile_list>
  /// A tile that reduces, as one does whose register a caller asks for, combines its chunks behind them.
  private let runsInTurn: Bool

  /// Elements of a chunk: a few microseconds of work.
  private static let grain = 4096

  /// Nil when the C kernel does not take one of the tiles.
  init?(_ call: TileListCall, on machine: Machine, operand: (TensorID) -> Operand) {
    let programs = call.tiles.compactMap {
      TileProgram($0, grain: Self.grain, operand: operand)
    }
    guard let loops = machine.instructions.loops, programs.count == call.tiles.count else {
      return nil
    }
    arrays = programs.map(TileArrays.init)
    let headers = zip(programs, arrays).map { program, arrays in
      program.header(loops: loops, threads: machine.threads, arrays: arrays)
    }
    tiles = .allocate(capacity: headers.count)
    tiles.initialize(from: headers, count: headers.count)
    firstChunks = .allocate(capacity: headers.count + 1)
    firstChunks.initialize(to: 0)
    for (index, header) in headers.enumerated() {
      (firstChunks + index + 1).initialize(to: firstChunks[index] + header.chunks)
    }
    list = .allocate(capacity: 1)
    list.initialize(to: pf_tile_list())
    list.pointee.tiles = UnsafePointer(tiles)
    list.pointee.first_chunks = UnsafePointer(firstChunks)
    list.pointee.count = Int32(headers.count)
    list.pointee.threads = Int32(machine.threads)
    list.pointee.worker_bytes = pf_tile_list_worker_bytes(list)
    runsInTurn = call.tiles.contains { !$0.reductions.isEmpty }
    scratchBytes = headers.map { Int(pf_tile_scratch_bytes([$0])) }.max() ?? 0
    implementation = "tiles:\(machine.instructions.vectors)"
  }

  deinit {
    list.deallocate()
    tiles.deallocate()
    firstChunks.deallocate()
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    let memory = scratch.assumingMemoryBound(to: CChar.self)
    for index in 0..<arrays.count { tiles[index].scratch = memory }
    list.pointee.scratch = memory
  }

  func run(_ context: RunContext) {
    guard runsInTurn else { return pf_tile_list_run(list) }
    for index in 0..<arrays.count { pf_tile_run(tiles + index) }
  }
}
