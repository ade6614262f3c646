import Plan
import Runtime
import Testing

/// The nearest number of eight significant bits by its definition: the nearer neighbour, the even one of two.
func nearestBfloat16(_ value: Float) -> Float {
  guard value.isFinite else { return value }
  let below = Float(bitPattern: value.bitPattern & 0xffff_0000)
  // Above the largest number lies infinity, at the distance of the next power of two.
  let above = Float(bitPattern: below.bitPattern &+ 0x1_0000)
  let next = above.isFinite ? Double(above) : (value < 0 ? -0x1p128 : 0x1p128)
  let (down, up) = (abs(Double(value) - Double(below)), abs(next - Double(value)))
  if down != up { return down < up ? below : above }
  return below.bitPattern >> 16 & 1 == 0 ? below : above
}

@Suite struct Bfloat16Tests {
  private func copy(_ source: TensorID, _ target: TensorID, _ count: Int) -> KernelCall {
    .tile(
      TileCall(
        extent: [count], loads: [TileLoad(tensor: source, strides: [1], divisors: [1])],
        instructions: [], stores: [TileStore(register: 0, tensor: target, strides: [1])],
        reductions: []))
  }

  @Test(arguments: Machine.all)
  func `every number of eight bits comes through unchanged`(machine: Machine) throws {
    let bench = TensorBench(), count = 1 << 16
    let all = (0..<UInt32(count)).map { Float(bitPattern: $0 << 16) }
    let narrow = bench.add(narrow: all, [count]), wide = bench.empty([count])
    let back = bench.add(narrow: [Float](repeating: 0, count: count), [count])
    try bench.run(copy(narrow, wide, count), on: machine)
    #expect(bench.values(wide).map(\.bitPattern) == all.map(\.bitPattern))
    try bench.run(copy(wide, back, count), on: machine)
    let wrong = zip(bench.values(back), all).filter { found, expected in
      expected.isNaN ? !found.isNaN : found.bitPattern != expected.bitPattern
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(3))")
  }

  @Test(arguments: Machine.all)
  func `rounds to nearest, ties to even, up to infinity`(machine: Machine) throws {
    let edges: [Float] = [
      0, -0.0, 1, 1.00390625, 1.01171875, 1.0039063, 1.0039062, -1.00390625, 3.3895314e38,
      3.3961774e38, 3.396177e38, -3.4e38, .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
      .leastNonzeroMagnitude, .leastNormalMagnitude, 0x1p-140, -0x1.8p-134,
    ]
    let values = edges + noise(5000, seed: 3).enumerated().map { $1 * Float($0) }
    let bench = TensorBench(), count = values.count
    let wide = bench.add(values, [count])
    let narrow = bench.add(narrow: [Float](repeating: 0, count: count), [count])
    try bench.run(copy(wide, narrow, count), on: machine)
    let wrong = zip(values, bench.values(narrow)).filter { value, found in
      value.isNaN ? !found.isNaN : found.bitPattern != nearestBfloat16(value).bitPattern
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(3))")
  }
}
