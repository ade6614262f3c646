import Plan
import Runtime
import Testing

@Suite struct MoveKernelTests {
  @Test func `a copy transposes`() throws {
    let bench = TensorBench(), shape = [3, 5, 17, 19], x = bench.random(shape)
    let target = bench.add([Float](repeating: .nan, count: 3 * 5 * 17 * 19), [3 * 5 * 17 * 19])
    let from = Layout.strides(shape), to = Layout.rowMajor(shape)
    try bench.run(
      .copy(
        CopyCall(
          source: x, target: target, extent: shape, sourceStrides: from, sourceOffset: 0,
          targetStrides: to, targetOffset: 0)))
    let found = bench.values(target)
    #expect(found.map(Double.init) == indices(shape).map { bench.value(x, $0) })
  }

  @Test func `a copy pads, and slices backwards`() throws {
    let bench = TensorBench(), x = bench.random([2, 3, 4, 5]), target = bench.empty([2, 3, 6, 8])
    let from = Layout.strides([2, 3, 4, 5]), to = Layout.strides([2, 3, 6, 8])
    // Rows run backwards, one row and two columns of padding stand in front.
    try bench.run(
      .copy(
        CopyCall(
          source: x, target: target, extent: [2, 3, 4, 5],
          sourceStrides: [from[0], from[1], -from[2], from[3]], sourceOffset: 3 * from[2],
          targetStrides: to, targetOffset: to[2] + 2 * to[3], fill: -7)))
    let wrong = bench.mismatches(target, tolerance: 0) { index in
      let (h, w) = (index[2] - 1, index[3] - 2)
      let inside = (0..<4).contains(h) && (0..<5).contains(w)
      return inside ? bench.value(x, [index[0], index[1], 3 - h, w]) : -7
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test func `a copy of whole numbers and of scalars`() throws {
    let bench = TensorBench(), x = bench.add(whole: [1, 2, 3, 4, 5, 6], [6])
    let y = bench.add(whole: [0, 0, 0], [3])
    try bench.run(
      .copy(
        CopyCall(
          source: x, target: y, extent: [3], sourceStrides: [2], sourceOffset: 1,
          targetStrides: [1], targetOffset: 0)))
    #expect(bench.wholeValues(y) == [2, 4, 6])
  }

  private static let pools = [
    (kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0]),
    (kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1]),
    (kernel: [3, 2], stride: [1, 2], padding: [1, 0, 0, 1]),
  ]

  @Test(arguments: pools, [PoolCall.Kind.max, .average, .sum])
  func `a pool and its adjoint`(
    window: (kernel: [Int], stride: [Int], padding: [Int]), kind: PoolCall.Kind
  ) throws {
    let bench = TensorBench(), shape = [2, 5, 7, 8], x = bench.random(shape)
    let out = (0..<2).map { axis -> Int in
      let padded = shape[2 + axis] + window.padding[axis] + window.padding[2 + axis]
      return (padded - window.kernel[axis]) / window.stride[axis] + 1
    }
    let small = [2, 5] + out, count = small.reduce(1, *)
    let y = bench.empty(small), dy = bench.random(small, seed: 4), dx = bench.empty(shape)
    let places = bench.add(whole: [Int64](repeating: -1, count: count), small)
    func call(_ source: TensorID, _ target: TensorID) -> PoolCall {
      PoolCall(
        kind: kind, source: source, target: target, indices: kind == .max ? places : nil,
        kernel: window.kernel, stride: window.stride, padding: window.padding)
    }
    try bench.run(.pool(call(x, y)))
    var expected: [[Int]: Double] = [:]
    let share = kind == .average ? 1 / Double(window.kernel.reduce(1, *)) : 1
    let wrong = bench.mismatches(y, tolerance: 1e-6) { index in
      let covered = indices(window.kernel).compactMap { tap -> [Int]? in
        let h = index[2] * window.stride[0] - window.padding[0] + tap[0]
        let w = index[3] * window.stride[1] - window.padding[1] + tap[1]
        return (0..<7).contains(h) && (0..<8).contains(w) ? [index[0], index[1], h, w] : nil
      }
      let values = covered.map { bench.value(x, $0) }
      let best = values.max() ?? -.infinity
      let result = kind == .max ? best : values.reduce(0, +) * share
      for (place, value) in zip(covered, values) where kind != .max || value == best {
        expected[place, default: 0] += bench.value(dy, index) * share
      }
      return result
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    try bench.run(kind == .max ? .maxPoolScatter(call(dy, dx)) : .averagePoolGradient(call(dy, dx)))
    let wrongBack = bench.mismatches(dx, tolerance: 1e-6) { expected[$0] ?? 0 }
    #expect(wrongBack.isEmpty, "\(wrongBack.prefix(5))")
    guard kind == .max else { return }
    let again = bench.empty(small)
    try bench.run(.maxPoolGather(call(x, again)))
    #expect(bench.values(again) == bench.values(y))
  }

  @Test(
    arguments: [BilinearCall.Mode.halfPixel, .alignCorners, .legacy], [[9, 4], [3, 5], [1, 12]])
  func `bilinear resizing and its adjoint`(mode: BilinearCall.Mode, out: [Int]) throws {
    let bench = TensorBench(), shape = [2, 3, 4, 6], small = [2, 3] + out
    let x = bench.random(shape), y = bench.empty(small), dy = bench.random(small, seed: 2)
    let dx = bench.empty(shape)
    try bench.run(.bilinear(BilinearCall(source: x, target: y, mode: mode)))
    try bench.run(.bilinearGradient(BilinearCall(source: dy, target: dx, mode: mode)))
    func source(_ place: Int, _ axis: Int) -> [(Int, Double)] {
      let (extent, count) = (Double(shape[axis]), Double(small[axis])), place = Double(place)
      let exact =
        switch mode {
        case .halfPixel: (place + 0.5) * extent / count - 0.5
        case .alignCorners: count > 1 ? place * (extent - 1) / (count - 1) : 0
        case .legacy: place * extent / count
        }
      let at = max(exact, 0), low = min(Int(at), shape[axis] - 1)
      return [(low, 1 - (at - Double(low))), (min(low + 1, shape[axis] - 1), at - Double(low))]
    }
    var expected: [[Int]: Double] = [:]
    let wrong = bench.mismatches(y, tolerance: 2e-6) { index in
      var value = 0.0
      for (h, above) in source(index[2], 2) {
        for (w, beside) in source(index[3], 3) {
          let place = [index[0], index[1], h, w]
          value += bench.value(x, place) * above * beside
          expected[place, default: 0] += bench.value(dy, index) * above * beside
        }
      }
      return value
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
    let wrongBack = bench.mismatches(dx, tolerance: 4e-6) { expected[$0] ?? 0 }
    #expect(wrongBack.isEmpty, "\(wrongBack.prefix(5))")
  }

  @Test func `gathers rows, and adds them back in order`() throws {
    let bench = TensorBench(), table = bench.random([4, 300])
    let index = bench.add(whole: [2, 0, 2, 9], [4]), picked = bench.empty([4, 300])
    try bench.run(.gather(GatherCall(source: table, index: index, target: picked, batched: false)))
    let (rows, found) = (bench.values(table), bench.values(picked))
    #expect(Array(found[0..<300]) == Array(rows[600..<900]))
    #expect(Array(found[300..<600]) == Array(rows[0..<300]))
    let outside = found[900...].filter { $0.isNaN }
    #expect(outside.count == 300, "an index outside the table must not read memory")

    let sums = bench.empty([4, 300]), dy = bench.random([4, 300], seed: 2)
    try bench.run(.scatterAdd(GatherCall(source: dy, index: index, target: sums, batched: false)))
    let (given, added) = (bench.values(dy), bench.values(sums))
    let both = (0..<300).map { given[$0] + given[600 + $0] }
    let none = [Float](repeating: 0, count: 300)
    #expect(added == Array(given[300..<600]) + none + both + none)
  }

  @Test func `gathers one row of each sample`() throws {
    let bench = TensorBench(), table = bench.random([3, 2, 5])
    let index = bench.add(whole: [1, 0, 1], [3]), picked = bench.empty([3, 5])
    try bench.run(.gather(GatherCall(source: table, index: index, target: picked, batched: true)))
    let wrong = bench.mismatches(picked, tolerance: 0) { place in
      bench.value(table, [place[0], place[0] == 1 ? 0 : 1, place[1]])
    }
    #expect(wrong.isEmpty)
    let spread = bench.empty([3, 2, 5])
    try bench.run(
      .scatterAdd(GatherCall(source: picked, index: index, target: spread, batched: true)))
    #expect(bench.value(spread, [1, 0, 3]) == bench.value(table, [1, 0, 3]))
    #expect(bench.value(spread, [1, 1, 3]) == 0)
  }

  @Test func `one hot`() throws {
    let bench = TensorBench(), index = bench.add(whole: [1, 5, 0], [3]),
      target = bench.empty([3, 3])
    try bench.run(.oneHot(OneHotCall(index: index, target: target)))
    #expect(bench.values(target) == [0, 1, 0, 0, 0, 0, 1, 0, 0])
  }
}
