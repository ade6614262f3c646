import Plan
import Runtime
import Testing

/// Tiles of a list give bit for bit what they give one after the other.
@Suite struct TileListKernelTests {
  /// Operands of one update, and the tile that computes it in place.
  private struct Update {
    let weight, slot: TensorID
    let tile: TileCall

    init(_ count: Int, rate: TensorID, on bench: TensorBench) {
      let gradient = bench.random([count], seed: 7)
      let (weight, slot) = (
        bench.random([count], seed: 8), bench.random([count], seed: 9, offset: 2)
      )
      func load(_ tensor: TensorID, _ stride: Int) -> TileLoad {
        TileLoad(tensor: tensor, strides: [stride], divisors: [1])
      }
      (self.weight, self.slot) = (weight, slot)
      tile = TileCall(
        extent: [count],
        loads: [load(weight, 1), load(gradient, 1), load(slot, 1), load(rate, 0)],
        instructions: [
          TileInstruction(.constant, immediate: 0.9), TileInstruction(.multiply, [1, 1]),
          TileInstruction(.fma, [2, 4, 5]), TileInstruction(.rsqrt, [6]),
          TileInstruction(.multiply, [1, 7]), TileInstruction(.multiply, [8, 3]),
          TileInstruction(.subtract, [0, 9]),
        ],
        stores: [
          TileStore(register: 10, tensor: weight, strides: [1]),
          TileStore(register: 6, tensor: slot, strides: [1]),
        ], reductions: [])
    }
  }

  private static let sizes = [1, 3, 64, 65, 500, 4097, 20_000, 7, 33_000, 1]

  @Test(arguments: Machine.all)
  func `updates of many sizes, in place`(machine: Machine) throws {
    let bench = TensorBench(), rate = bench.add([0.01], [])
    let alone = Self.sizes.map { Update($0, rate: rate, on: bench) }
    let together = Self.sizes.map { Update($0, rate: rate, on: bench) }
    for update in alone { try bench.run(.tile(update.tile), on: machine, times: 2) }
    let list = TileListCall(tiles: together.map(\.tile))
    let ran = try bench.run(.tileList(list), on: machine, times: 2)
    #expect(ran.hasPrefix("tiles:"))
    for (update, expected) in zip(together, alone) {
      #expect(bench.values(update.weight) == bench.values(expected.weight))
      #expect(bench.values(update.slot) == bench.values(expected.slot))
    }
  }

  @Test func `a tile that reduces is computed behind the others`() throws {
    let bench = TensorBench(), rate = bench.add([0.01], [])
    let updates = [600, 40_000].map { Update($0, rate: rate, on: bench) }
    let sum = bench.empty([])
    var tiles = updates.map(\.tile)
    tiles[1].reductions = [TileReduction(kind: .sum, register: 3, tensor: sum, strides: [0])]
    try bench.run(.tileList(TileListCall(tiles: tiles)), on: .current())
    #expect(abs(bench.values(sum)[0] - 400) < 0.01)
  }
}
