import Foundation
import Plan
import Runtime
import Testing

@Suite struct ReferenceTileTests {
  private func evaluate(_ opcode: TileOpcode, _ arguments: [Double]...) throws -> [Double] {
    var bench = KernelBench<Double>()
    let loads = arguments.map {
      TileLoad(tensor: bench.read([$0.count], $0), strides: [1], divisors: [1])
    }
    let count = arguments.first?.count ?? 1
    let target = bench.write([count])
    let tile = TileCall(
      extent: [count], loads: loads,
      instructions: [TileInstruction(opcode, Array(arguments.indices), immediate: 0)],
      stores: [TileStore(register: loads.count, tensor: target, strides: [1])], reductions: [])
    return try bench.run(.tile(tile))[0].scalars
  }

  @Test func `unary operations`() throws {
    let x = [-2.5, -1, 0, 0.5, 3]
    let expected: [(TileOpcode, (Double) -> Double)] = [
      (.negate, { -$0 }), (.abs, { $0.magnitude }), (.sign, { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }),
      (.floor, { $0.rounded(.down) }), (.ceil, { $0.rounded(.up) }), (.exp, { Foundation.exp($0) }),
      (.tanh, { Foundation.tanh($0) }), (.sigmoid, { 1 / (1 + Foundation.exp(-$0)) }),
      (.softplus, { Foundation.log(1 + Foundation.exp($0)) }), (.erf, { Foundation.erf($0) }),
      (.sin, { Foundation.sin($0) }), (.cos, { Foundation.cos($0) }),
    ]
    for (opcode, function) in expected {
      let found = try evaluate(opcode, x)
      #expect(
        zip(found, x.map(function)).allSatisfy { abs($0 - $1) < 1e-14 * max(1, abs($1)) },
        "\(opcode): \(found)")
    }
    #expect(try evaluate(.sqrt, [4, 9]) == [2, 3])
    #expect(try evaluate(.rsqrt, [4, 16]) == [0.5, 0.25])
    #expect(try evaluate(.reciprocal, [4, -8]) == [0.25, -0.125])
    #expect(try evaluate(.log, [1]) == [0])
  }

  @Test func `softplus and sigmoid do not overflow`() throws {
    #expect(try evaluate(.softplus, [1000, -1000]) == [1000, 0])
    #expect(try evaluate(.sigmoid, [1000, -1000]) == [1, 0])
  }

  @Test func `binary and ternary operations`() throws {
    let (a, b, c) = ([6.0, -2, 3], [3.0, 4, 3], [1.0, 0, -1])
    #expect(try evaluate(.add, a, b) == [9, 2, 6])
    #expect(try evaluate(.subtract, a, b) == [3, -6, 0])
    #expect(try evaluate(.multiply, a, b) == [18, -8, 9])
    #expect(try evaluate(.divide, a, b) == [2, -0.5, 1])
    #expect(try evaluate(.maximum, a, b) == [6, 4, 3])
    #expect(try evaluate(.minimum, a, b) == [3, -2, 3])
    #expect(try evaluate(.power, a, b) == [216, 16, 27])
    #expect(try evaluate(.less, a, b) == [0, 1, 0])
    #expect(try evaluate(.lessEqual, a, b) == [0, 1, 1])
    #expect(try evaluate(.equal, a, b) == [0, 0, 1])
    #expect(try evaluate(.select, c, a, b) == [6, 4, 3])
    #expect(try evaluate(.fma, a, b, c) == [19, -8, 8])
  }

  @Test func `an operand read as if upsampled, another broadcast, and three reductions`() throws {
    var bench = KernelBench<Float>()
    let small = bench.read([1, 1, 2, 2], [1, 2, 3, 4])
    let bias = bench.read([1], [10])
    let large = bench.write([1, 1, 4, 4])
    let (sum, most, least) = (bench.write([4]), bench.write([]), bench.write([]))
    let tile = TileCall(
      extent: [4, 4],
      loads: [
        TileLoad(tensor: small, strides: [2, 1], divisors: [2, 2]),
        TileLoad(tensor: bias, strides: [0, 0], divisors: [1, 1]),
      ], instructions: [TileInstruction(.add, [0, 1])],
      stores: [TileStore(register: 2, tensor: large, strides: [4, 1])],
      reductions: [
        TileReduction(kind: .sum, register: 2, tensor: sum, strides: [0, 1]),
        TileReduction(kind: .max, register: 2, tensor: most, strides: [0, 0]),
        TileReduction(kind: .min, register: 2, tensor: least, strides: [0, 0]),
      ])
    let results = try bench.run(.tile(tile))
    #expect(
      results[0].scalars == [11, 11, 12, 12, 11, 11, 12, 12, 13, 13, 14, 14, 13, 13, 14, 14])
    #expect(results[1].scalars == [48, 48, 52, 52])
    #expect(results[2].scalars == [14])
    #expect(results[3].scalars == [11])
  }

  @Test func `rows longer than a chunk`() throws {
    var bench = KernelBench<Double>()
    let x = (0..<1000).map(Double.init)
    let source = bench.read([1000], x)
    let (target, sum) = (bench.write([1000]), bench.write([]))
    let tile = TileCall(
      extent: [1000], loads: [TileLoad(tensor: source, strides: [1], divisors: [1])],
      instructions: [TileInstruction(.negate, [0])],
      stores: [TileStore(register: 1, tensor: target, strides: [1])],
      reductions: [TileReduction(kind: .sum, register: 1, tensor: sum, strides: [0])])
    let results = try bench.run(.tile(tile))
    #expect(results[0].scalars == x.map { -$0 })
    #expect(results[1].scalars == [-499_500])
  }
}
