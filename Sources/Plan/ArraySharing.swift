/// Lets equal arrays and texts of a plan lie in memory once.
///
/// A decoder makes each of them anew. A training program has tens of thousands of shapes, strides and operand lists, of
/// which some hundreds differ, and they stay as long as the program does.
struct ArraySharing {
  private var arrays: Set<[Int]> = []
  private var texts: Set<String> = []

  /// Replaces the program's arrays by equal ones that were there before, in this program or in those seen before.
  mutating func share(_ program: inout Program) {
    for index in program.tensors.indices {
      share(&program.tensors[index].shape)
      share(&program.tensors[index].strides)
      share(&program.tensors[index].label)
    }
    for index in program.calls.indices {
      share(&program.calls[index].label)
      var tiles = program.calls[index].kernel.tiles
      guard !tiles.isEmpty else { continue }
      for tile in tiles.indices { share(&tiles[tile]) }
      program.calls[index].kernel.tiles = tiles
    }
    for index in program.values.indices { share(&program.values[index].name) }
    for index in program.fused.indices {
      share(&program.fused[index].name)
      share(&program.fused[index].shape)
    }
  }

  private mutating func share(_ tile: inout TileCall) {
    share(&tile.extent)
    for index in tile.loads.indices {
      share(&tile.loads[index].strides)
      share(&tile.loads[index].divisors)
    }
    for index in tile.instructions.indices { share(&tile.instructions[index].operands) }
    for index in tile.stores.indices { share(&tile.stores[index].strides) }
    for index in tile.reductions.indices { share(&tile.reductions[index].strides) }
  }

  private mutating func share(_ array: inout [Int]) {
    array = arrays.insert(array).memberAfterInsert
  }

  private mutating func share(_ text: inout String) {
    text = texts.insert(text).memberAfterInsert
  }
}
