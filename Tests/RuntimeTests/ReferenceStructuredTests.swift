import Plan
import Runtime
import Testing

@Suite struct ReferenceStructuredTests {
  @Test func `a max pool finds maxima and their places`() throws {
    var bench = KernelBench<Double>()
    let x = bench.read([1, 1, 3, 4], [1, 9, 2, 3, 4, 5, 8, 7, 6, 0, 0, 0])
    let (y, indices) = (bench.write([1, 1, 2, 2]), bench.write([1, 1, 2, 2], .int64))
    let results = try bench.run(
      .pool(
        PoolCall(
          kind: .max, source: x, target: y, indices: indices, kernel: [2, 2], stride: [2, 2],
          padding: [0, 0, 1, 0])))
    #expect(results[0].scalars == [9, 8, 6, 0])
    #expect(results[1].elements == .int64([1, 6, 8, 10]))
  }

  @Test func `an average counts its padding`() throws {
    var bench = KernelBench<Double>()
    let x = bench.read([1, 1, 2, 2], [4, 8, 12, 16])
    let y = bench.write([1, 1, 2, 2])
    let call = PoolCall(
      kind: .average, source: x, target: y, kernel: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1])
    #expect(try bench.run(.pool(call))[0].scalars == [1, 2, 3, 4])
  }

  @Test(arguments: [PoolCall.Kind.average, .sum])
  func `the gradient of an average pool is its adjoint`(kind: PoolCall.Kind) throws {
    let (x, u) = (numbers(2 * 3 * 5 * 6, "x"), numbers(2 * 3 * 3 * 3, "u"))
    func call(_ source: TensorID, _ target: TensorID) -> PoolCall {
      PoolCall(
        kind: kind, source: source, target: target, kernel: [3, 2], stride: [2, 2],
        padding: [1, 0, 1, 0])
    }
    var bench = KernelBench<Double>()
    let (image, gradient) = (bench.read([2, 3, 5, 6], x), bench.read([2, 3, 3, 3], u))
    let (y, dx) = (bench.write([2, 3, 3, 3]), bench.write([2, 3, 5, 6]))
    let results = try bench.run(
      .pool(call(image, y)), .averagePoolGradient(call(gradient, dx)))
    #expect(abs(dot(results[0].scalars, u) - dot(x, results[1].scalars)) < 1e-10)
  }

  @Test func `scattering and gathering along maxima are adjoint`() throws {
    let (x, u, v) = (numbers(48, "x"), numbers(12, "u"), numbers(48, "v"))
    func call(_ source: TensorID, _ target: TensorID, _ indices: TensorID) -> PoolCall {
      PoolCall(
        kind: .max, source: source, target: target, indices: indices, kernel: [2, 2],
        stride: [2, 2], padding: [0, 0, 0, 0])
    }
    var bench = KernelBench<Double>()
    let (image, dy) = (bench.read([1, 3, 4, 4], x), bench.read([1, 3, 2, 2], u))
    let other = bench.read([1, 3, 4, 4], v)
    let (y, indices) = (bench.write([1, 3, 2, 2]), bench.write([1, 3, 2, 2], .int64))
    let (dx, picked) = (bench.write([1, 3, 4, 4]), bench.write([1, 3, 2, 2]))
    let results = try bench.run(
      .pool(call(image, y, indices)), .maxPoolScatter(call(dy, dx, indices)),
      .maxPoolGather(call(other, picked, indices)))
    #expect(abs(dot(results[2].scalars, v) - dot(results[3].scalars, u)) < 1e-10)
    #expect(abs(dot(results[2].scalars, x) - dot(results[0].scalars, u)) < 1e-10)
  }

  @Test func `bilinear doubling by hand, as PyTorch and TensorFlow do it`() throws {
    func doubled(_ mode: BilinearCall.Mode) throws -> [Double] {
      var bench = KernelBench<Double>()
      let x = bench.read([1, 1, 1, 2], [0, 4])
      let y = bench.write([1, 1, 1, 4])
      return try bench.run(.bilinear(BilinearCall(source: x, target: y, mode: mode)))[0].scalars
    }
    #expect(try doubled(.halfPixel) == [0, 1, 3, 4])
    #expect(try doubled(.legacy) == [0, 2, 4, 4])
    let corners = try doubled(.alignCorners)
    #expect(zip(corners, [0, 4.0 / 3, 8.0 / 3, 4]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test(arguments: [BilinearCall.Mode.halfPixel, .alignCorners, .legacy])
  func `the gradient of bilinear resizing is its adjoint`(mode: BilinearCall.Mode) throws {
    let (x, u) = (numbers(2 * 2 * 3 * 4, "x"), numbers(2 * 2 * 7 * 3, "u"))
    var bench = KernelBench<Double>()
    let (image, gradient) = (bench.read([2, 2, 3, 4], x), bench.read([2, 2, 7, 3], u))
    let (y, dx) = (bench.write([2, 2, 7, 3]), bench.write([2, 2, 3, 4]))
    let results = try bench.run(
      .bilinear(BilinearCall(source: image, target: y, mode: mode)),
      .bilinearGradient(BilinearCall(source: gradient, target: dx, mode: mode)))
    #expect(abs(dot(results[0].scalars, u) - dot(x, results[1].scalars)) < 1e-10)
  }

  @Test func `rows by index, and NaN for an index out of range`() throws {
    var bench = KernelBench<Double>()
    let table = bench.read([3, 2], [1, 2, 3, 4, 5, 6])
    let index = bench.read([4], integers: [2, 0, 3, -1])
    let target = bench.write([4, 2])
    let call = GatherCall(source: table, index: index, target: target, batched: false)
    let found = try bench.run(.gather(call))[0].scalars
    #expect(Array(found[..<4]) == [5, 6, 1, 2])
    #expect(found[4...].allSatisfy { $0.isNaN })
  }

  @Test(arguments: [false, true]) func `scatter-add is the adjoint of gather`(batched: Bool) throws
  {
    let shape = batched ? [3, 4, 2, 2] : [4, 2, 2]
    let (x, u) = (numbers(product(shape), "x"), numbers(12, "u"))
    var bench = KernelBench<Double>()
    let (table, gradient) = (bench.read(shape, x), bench.read([3, 2, 2], u))
    let index = bench.read([3], integers: [1, 3, 1])
    let (y, dx) = (bench.write([3, 2, 2]), bench.write(shape))
    let results = try bench.run(
      .gather(GatherCall(source: table, index: index, target: y, batched: batched)),
      .scatterAdd(GatherCall(source: gradient, index: index, target: dx, batched: batched)))
    #expect(abs(dot(results[0].scalars, u) - dot(x, results[1].scalars)) < 1e-12)
  }

  @Test func `one-hot rows`() throws {
    var bench = KernelBench<Double>()
    let index = bench.read([3], integers: [1, 7, 0])
    let target = bench.write([3, 2])
    #expect(
      try bench.run(.oneHot(OneHotCall(index: index, target: target)))[0].scalars
        == [0, 1, 0, 0, 1, 0])
  }

  @Test func `a padded transpose`() throws {
    var bench = KernelBench<Double>()
    let x = bench.read([2, 3], [1, 2, 3, 4, 5, 6])
    let y = bench.write([4, 3])
    let call = CopyCall(
      source: x, target: y, extent: [3, 2], sourceStrides: [1, 3], sourceOffset: 0,
      targetStrides: [3, 1], targetOffset: 3, fill: -1)
    #expect(
      try bench.run(.copy(call))[0].scalars == [-1, -1, -1, 1, 4, -1, 2, 5, -1, 3, 6, -1])
  }
}
