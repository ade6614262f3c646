import Plan
import Runtime
import Testing

@Suite struct TileOpcodeTests {
  /// Arguments on which every function is tried: ordinary, tiny, huge and none at all.
  private static let hard: [Float] = [
    0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e-4, -1e-4, 1e-30, -1e-30, 0x1p-130, 20, -20, 87, -87,
    88.6, -100, 120, -120, 1e6, -1e6, 3e7, 3e38, -3e38, .infinity, -.infinity, .nan,
  ]

  @Test(arguments: Machine.all, TileOpcode.allCases.filter { $0 != .constant })
  func `an instruction agrees with double precision`(machine: Machine, opcode: TileOpcode) throws {
    let ordinary = noise(500, seed: 3).map { $0 * 12 }
    let unary = opcode.arity == 1 ? ordinary + Self.hard : ordinary
    // Every hard argument meets every other.
    let pairs =
      opcode.arity == 1 ? [] : Self.hard.flatMap { a in Self.hard.map { b in (a, b) } }
    let arguments = [
      unary + pairs.map(\.0), noise(unary.count, seed: 5).map { $0 * 4 } + pairs.map(\.1),
      noise(unary.count + pairs.count, seed: 6),
    ]
    let bench = TensorBench(), count = arguments[0].count
    let inputs = (0..<opcode.arity).map { bench.add(arguments[$0], [count]) }
    let target = bench.empty([count])
    let call = TileCall(
      extent: [count], loads: inputs.map { TileLoad(tensor: $0, strides: [1], divisors: [1]) },
      instructions: [TileInstruction(opcode, Array(0..<opcode.arity))],
      stores: [TileStore(register: opcode.arity, tensor: target, strides: [1])], reductions: [])
    try bench.run(.tile(call), on: machine)
    let wrong = bench.values(target).enumerated().compactMap { index, found -> String? in
      let operands = (0..<opcode.arity).map { Double(arguments[$0][index]) }
      let expected = TileReference.evaluate(opcode, operands)
      // Where there is no fused multiply-add, the product is rounded by itself.
      let slack = opcode == .fma ? abs(operands[0] * operands[1]) * 1.2e-7 : 0
      return agrees(found, expected, slack: slack.isFinite ? slack : 0)
        ? nil : "\(operands) gives \(found), not \(expected)"
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  /// Four units in the last place, or what lies below the smallest normal number.
  private func agrees(_ found: Float, _ expected: Double, slack: Double) -> Bool {
    let rounded = Float(expected)
    if rounded.isNaN || found.isNaN { return rounded.isNaN && found.isNaN }
    if rounded.isInfinite || found.isInfinite {
      return rounded == found || rounded.magnitude > 3.4e38
    }
    return abs(Double(found) - expected) <= 4 * Double(rounded.ulp) + 1.2e-38 + slack
  }
}
