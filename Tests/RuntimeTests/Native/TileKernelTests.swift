import Plan
import Runtime
import Testing

@Suite struct TileKernelTests {
  /// Checks every stored and reduced element against the point-by-point computation.
  private func check(
    _ call: TileCall, on bench: TensorBench, machines: [Machine] = Machine.all,
    tolerance: Double = 2e-6
  ) throws {
    let expected = TileReference(call, on: bench)
    for machine in machines {
      try bench.run(.tile(call), on: machine, times: 2)
      for (store, wanted) in zip(call.stores, expected.stored) {
        let found = bench.values(store.tensor)
        let wrong = wanted.filter { !close(Double(found[$0.key]), $0.value, tolerance) }
        #expect(wrong.isEmpty, "\(machine): \(wrong.prefix(3)) in \(found.prefix(8))")
      }
      for (reduction, wanted) in zip(call.reductions, expected.reduced) {
        let found = bench.values(reduction.tensor)
        let wrong = wanted.filter { !close(Double(found[$0.key]), $0.value, tolerance * 20) }
        #expect(wrong.isEmpty, "\(machine): \(wrong.prefix(3)) in \(found.prefix(8))")
      }
    }
  }

  private func load(_ tensor: TensorID, _ strides: [Int], _ divisors: [Int]? = nil) -> TileLoad {
    TileLoad(tensor: tensor, strides: strides, divisors: divisors ?? strides.map { _ in 1 })
  }

  @Test(arguments: [1, 3, 16, 61, 300, 700, 2500])
  func `broadcasts per channel, per sample and of scalars`(channels: Int) throws {
    let bench = TensorBench(), (n, h, w) = (2, 2, 3)
    let x = bench.random([n, h, w, channels]), perChannel = bench.random([channels], seed: 2)
    let perSample = bench.random([n, channels], seed: 3), scalar = bench.random([], seed: 4)
    let perPlace = bench.random([h, w], seed: 5)
    let target = bench.empty([n, h, w, channels])
    let full = Layout.rowMajor([n, h, w, channels])
    try check(
      TileCall(
        extent: [n, h, w, channels],
        loads: [
          load(x, full), load(perChannel, [0, 0, 0, 1]), load(perSample, [channels, 0, 0, 1]),
          load(scalar, [0, 0, 0, 0]), load(perPlace, [0, w, 1, 0]),
        ],
        instructions: [
          TileInstruction(.fma, [0, 1, 2]), TileInstruction(.constant, immediate: 0.25),
          TileInstruction(.multiply, [5, 6]), TileInstruction(.add, [7, 3]),
          TileInstruction(.subtract, [8, 4]),
        ], stores: [TileStore(register: 9, tensor: target, strides: full)], reductions: []),
      on: bench)
  }

  @Test(arguments: [1, 4, 37, 600, 1030])
  func `reads as if upsampled, and transposed stores`(channels: Int) throws {
    let bench = TensorBench(), (n, h, w) = (2, 2, 4)
    let small = bench.random([n, h / 2, w / 2, channels])
    let labels = bench.add(whole: [7, -3], [n])
    let target = bench.empty([channels, w, h, n])
    try check(
      TileCall(
        extent: [n, h, w, channels],
        loads: [
          load(small, Layout.rowMajor([n, h / 2, w / 2, channels]), [1, 2, 2, 1]),
          load(labels, [1, 0, 0, 0]),
        ], instructions: [TileInstruction(.add, [0, 1])],
        stores: [TileStore(register: 2, tensor: target, strides: [1, n, n * h, n * h * w])],
        reductions: []), on: bench)
  }

  @Test func `an upsampled innermost axis is read by division`() throws {
    let bench = TensorBench(), n = 2700
    let x = bench.random([2, n / 3]), target = bench.empty([2, n])
    try check(
      TileCall(
        extent: [2, n], loads: [load(x, [n / 3, 1], [1, 3])],
        instructions: [TileInstruction(.negate, [0])],
        stores: [TileStore(register: 1, tensor: target, strides: [n, 1])], reductions: []),
      on: bench)
  }

  @Test(arguments: Machine.all)
  func `stores over its own loads`(machine: Machine) throws {
    // Both results land where an operand lay, the other operand's old value is needed twice, and a copy of the first
    // goes elsewhere.
    let bench = TensorBench(), n = 5000
    let a = bench.random([n]), b = bench.random([n], seed: 2), kept = bench.empty([n])
    let sum = bench.empty([1])
    let before = (bench.values(a), bench.values(b))
    let call = TileCall(
      extent: [n], loads: [load(a, [1]), load(b, [1])],
      instructions: [
        TileInstruction(.add, [0, 1]), TileInstruction(.multiply, [0, 1]),
        TileInstruction(.subtract, [3, 0]),
      ],
      stores: [
        TileStore(register: 2, tensor: a, strides: [1]),
        TileStore(register: 4, tensor: b, strides: [1]),
        TileStore(register: 0, tensor: kept, strides: [1]),
      ],
      reductions: [TileReduction(kind: .sum, register: 1, tensor: sum, strides: [0])])
    try bench.run(.tile(call), on: machine)
    #expect(bench.values(a) == zip(before.0, before.1).map(+))
    #expect(bench.values(b) == zip(before.0, before.1).map { $0 * $1 - $0 })
    #expect(bench.values(kept) == before.0)
    #expect(close(Double(bench.values(sum)[0]), before.1.reduce(0) { $0 + Double($1) }, 1e-5))
  }

  @Test func `many values live at once share the buffers rightly`() throws {
    let bench = TensorBench(), n = 3000
    let x = bench.random([n]), target = bench.empty([n])
    var instructions = (1...30).flatMap { i in
      [
        TileInstruction(.constant, immediate: Double(i)),
        TileInstruction(.multiply, [0, 2 * i - 1]),
      ]
    }
    for i in 1...30 {
      instructions.append(TileInstruction(.add, [i == 1 ? 0 : 59 + i, 2 * i]))
    }
    let last = instructions.count
    try check(
      TileCall(
        extent: [n], loads: [load(x, [1])], instructions: instructions,
        stores: [TileStore(register: last, tensor: target, strides: [1])], reductions: []),
      on: bench, tolerance: 1e-5)
  }

  /// Which of the axes N, H, W, C a reduction keeps.
  static let patterns: [[Bool]] = (0..<16).map { bits in (0..<4).map { bits >> $0 & 1 == 1 } }

  @Test(arguments: patterns, [[3, 4, 5, 5], [2, 3, 2, 64], [2, 1, 2, 1100]])
  func `reduces over any axes`(keeps: [Bool], shape: [Int]) throws {
    let channels = shape[3], bench = TensorBench(), x = bench.random(shape)
    let kept = zip(shape, keeps).map { $1 ? $0 : 1 }
    let strides = zip(Layout.rowMajor(kept), keeps).map { $1 ? $0 : 0 }
    let sum = bench.empty(kept), largest = bench.empty(kept), least = bench.empty([channels])
    let full = Layout.rowMajor(shape)
    let target = bench.empty(shape)
    try check(
      TileCall(
        extent: shape, loads: [load(x, full)], instructions: [TileInstruction(.multiply, [0, 0])],
        stores: [TileStore(register: 1, tensor: target, strides: full)],
        reductions: [
          TileReduction(kind: .sum, register: 1, tensor: sum, strides: strides),
          TileReduction(kind: .max, register: 0, tensor: largest, strides: strides),
          TileReduction(kind: .min, register: 0, tensor: least, strides: [0, 0, 0, 1]),
        ]), on: bench)
  }

  @Test(arguments: [[3000, 24], [1, 70_000], [3, 25_000], [25_000, 3], [50, 1500]])
  func `sums do not depend on the number of threads`(shape: [Int]) throws {
    let bench = TensorBench(), x = bench.random(shape)
    let columns = bench.empty([shape[1]]), rows = bench.empty([shape[0]]), all = bench.empty([1])
    func call(_ target: TensorID, _ strides: [Int]) -> KernelCall {
      .tile(
        TileCall(
          extent: shape, loads: [load(x, [shape[1], 1])], instructions: [], stores: [],
          reductions: [TileReduction(kind: .sum, register: 0, tensor: target, strides: strides)]))
    }
    for machine in Machine.all {
      var seen: Set<[UInt32]> = []
      for threads in 1...3 {
        let machine = Machine(instructions: machine.instructions, threads: threads)
        try bench.run(call(columns, [0, 1]), on: machine)
        try bench.run(call(rows, [1, 0]), on: machine)
        try bench.run(call(all, [0, 0]), on: machine)
        let results = bench.values(columns) + bench.values(rows) + bench.values(all)
        seen.insert(results.map(\.bitPattern))
      }
      #expect(seen.count == 1)
    }
    let exact = bench.values(x).reduce(0) { $0 + Double($1) }
    #expect(close(Double(bench.values(all)[0]), exact, 1e-5))
  }
}
