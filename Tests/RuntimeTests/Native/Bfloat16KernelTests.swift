import Plan
import Runtime
import Testing

/// Every kernel that takes bfloat16, against itself in float32 on the same numbers: the result is that one, rounded once.
@Suite struct Bfloat16KernelTests {
  private func expectRounded(
    _ bench: TensorBench, _ target: (wide: TensorID, narrow: TensorID), _ what: String = ""
  ) {
    let wrong = zip(bench.values(target.narrow), bench.values(target.wide)).filter {
      !($0.isNaN && $1.isNaN) && $0 != nearestBfloat16($1)
    }
    #expect(wrong.isEmpty, "\(what) \(wrong.prefix(3))")
  }

  @Test(arguments: Machine.all, [1, 3, 48, 700])
  func `a tile program`(machine: Machine, channels: Int) throws {
    let bench = TensorBench(), (n, h, w) = (2, 4, 6), shape = [n, h, w, channels]
    let x = bench.twins(shape), small = bench.twins([n, h / 2, w / 2, channels], seed: 2)
    let scale = bench.random([channels], seed: 3), y = bench.emptyTwins(shape)
    let turned = bench.emptyTwins([channels, w, h, n])
    let sums = (wide: bench.empty([channels]), narrow: bench.empty([channels]))
    let full = Layout.rowMajor(shape)
    func call(
      _ x: TensorID, _ small: TensorID, _ y: TensorID, _ turned: TensorID, _ sums: TensorID
    ) -> KernelCall {
      .tile(
        TileCall(
          extent: shape,
          loads: [
            TileLoad(tensor: x, strides: full, divisors: [1, 1, 1, 1]),
            TileLoad(
              tensor: small, strides: Layout.rowMajor([n, h / 2, w / 2, channels]),
              divisors: [1, 2, 2, 1]),
            TileLoad(tensor: scale, strides: [0, 0, 0, 1], divisors: [1, 1, 1, 1]),
          ],
          instructions: [TileInstruction(.fma, [0, 2, 1]), TileInstruction(.tanh, [3])],
          stores: [
            TileStore(register: 4, tensor: y, strides: full),
            TileStore(register: 3, tensor: turned, strides: [1, n, n * h, n * h * w]),
          ],
          reductions: [
            TileReduction(kind: .sum, register: 4, tensor: sums, strides: [0, 0, 0, 1])
          ]))
    }
    try bench.run(call(x.wide, small.wide, y.wide, turned.wide, sums.wide), on: machine)
    try bench.run(
      call(x.narrow, small.narrow, y.narrow, turned.narrow, sums.narrow), on: machine)
    expectRounded(bench, y)
    expectRounded(bench, turned)
    // A reduction takes the values before they are rounded.
    #expect(bench.values(sums.narrow) == bench.values(sums.wide))
  }

  @Test(arguments: Machine.all)
  func `a tile program over its own operand`(machine: Machine) throws {
    let bench = TensorBench(), count = 5000
    let x = bench.twins([count]), y = bench.twins([count], seed: 2)
    for (x, y) in [(x.wide, y.wide), (x.narrow, y.narrow)] {
      let call = TileCall(
        extent: [count],
        loads: [x, y].map { TileLoad(tensor: $0, strides: [1], divisors: [1]) },
        instructions: [TileInstruction(.multiply, [0, 1])],
        stores: [TileStore(register: 2, tensor: x, strides: [1])], reductions: [])
      try bench.run(.tile(call), on: machine)
    }
    expectRounded(bench, x)
  }

  @Test(arguments: [[0, 2, 3], [2, 3], [1, 2, 3], [3]], [[3, 5, 7, 6], [2, 1100, 2, 5]])
  func `moments are those of float32`(axes: [Int], shape: [Int]) throws {
    let bench = TensorBench(), x = bench.twins(shape)
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    for machine in Machine.all {
      let results = try [x.wide, x.narrow].map { source in
        let (mean, variance) = (bench.empty(kept), bench.empty(kept))
        try bench.run(
          .moments(MomentsCall(source: source, mean: mean, variance: variance, axes: axes)),
          on: machine)
        return bench.values(mean) + bench.values(variance)
      }
      #expect(results[0] == results[1])
    }
  }

  @Test func `a copy turns, and rounds what it fills with`() throws {
    let bench = TensorBench(), shape = [2, 3, 4, 5], x = bench.twins(shape)
    let target = bench.emptyTwins([2, 3, 6, 8]), from = Layout.strides(shape)
    let to = Layout.strides([2, 3, 6, 8])
    for (x, target) in [(x.wide, target.wide), (x.narrow, target.narrow)] {
      try bench.run(
        .copy(
          CopyCall(
            source: x, target: target, extent: shape,
            sourceStrides: [from[0], from[1], -from[2], from[3]], sourceOffset: 3 * from[2],
            targetStrides: to, targetOffset: to[2] + 2 * to[3], fill: 0.3)))
    }
    expectRounded(bench, target)
  }

  @Test(arguments: [3, 70], [PoolCall.Kind.average, .sum])
  func `a pool and its adjoint`(channels: Int, kind: PoolCall.Kind) throws {
    let bench = TensorBench(), large = [2, channels, 7, 8], small = [2, channels, 4, 4]
    let x = bench.twins(large), y = bench.emptyTwins(small)
    let dy = bench.twins(small, seed: 2), dx = bench.emptyTwins(large)
    func call(_ source: TensorID, _ target: TensorID) -> PoolCall {
      PoolCall(
        kind: kind, source: source, target: target, kernel: [3, 3], stride: [2, 2],
        padding: [1, 1, 1, 0])
    }
    for machine in Machine.all {
      try bench.run(.pool(call(x.wide, y.wide)), on: machine)
      try bench.run(.pool(call(x.narrow, y.narrow)), on: machine)
      try bench.run(.averagePoolGradient(call(dy.wide, dx.wide)), on: machine)
      try bench.run(.averagePoolGradient(call(dy.narrow, dx.narrow)), on: machine)
      expectRounded(bench, y, "pool")
      expectRounded(bench, dx, "adjoint")
    }
  }

  /// Products add up in another order, so that a result may round to a neighbour.
  private func expectClose(
    _ bench: TensorBench, _ target: (wide: TensorID, narrow: TensorID), _ what: String
  ) {
    let wrong = zip(bench.values(target.narrow), bench.values(target.wide)).filter {
      !(abs($0 - $1) <= abs($1) / 256 + 1e-5)
    }
    #expect(wrong.isEmpty, "\(what) \(wrong.prefix(3))")
  }

  /// The best machine that there is, and one that cannot multiply bfloat16: it works on widened copies.
  static var machines: [Machine] { [Machine.all[Machine.all.count - 1], .plain] }

  @Test(
    arguments: machines,
    [
      ConvolutionCase(x: [2, 16, 6, 6], outputs: 24, kernel: [4, 4], stride: [2, 2]),
      ConvolutionCase(x: [1, 3, 9, 9], outputs: 16), ConvolutionCase(x: [2, 32, 5, 4], outputs: 3),
    ])
  func `a convolution in all passes`(machine: Machine, convolution: ConvolutionCase) throws {
    let bench = TensorBench(), x = bench.twins(convolution.x), y = bench.emptyTwins(convolution.y)
    let w = bench.twins(convolution.w, seed: 2).wide, dy = bench.twins(convolution.y, seed: 3)
    let bias = bench.random([convolution.outputs], seed: 4), dx = bench.emptyTwins(convolution.x)
    let dw = (wide: bench.empty(convolution.w), narrow: bench.empty(convolution.w))
    let mixed = bench.emptyTwins(convolution.y)
    func run(_ x: TensorID, _ y: TensorID, _ dy: TensorID, _ dx: TensorID, _ dw: TensorID) throws {
      let forward = convolution.call(x, w, y, bias: bias, .leakyRelu(slope: 0.2))
      try bench.runAnyhow(.convolution(forward), on: machine)
      try bench.runAnyhow(
        .convolutionInputGradient(convolution.call(dy, w, dx)), on: machine)
      try bench.runAnyhow(.convolutionWeightGradient(convolution.call(x, dy, dw)), on: machine)
    }
    try run(x.wide, y.wide, dy.wide, dx.wide, dw.wide)
    try run(x.narrow, y.narrow, dy.narrow, dx.narrow, dw.narrow)
    expectClose(bench, y, "forward")
    expectClose(bench, dx, "input gradient")
    expectClose(bench, dw, "weight gradient")
    // One operand alone makes a product of bfloat16.
    try bench.runAnyhow(.convolution(convolution.call(x.wide, w, mixed.wide)), on: machine)
    try bench.runAnyhow(.convolution(convolution.call(x.wide, w, mixed.narrow)), on: machine)
    expectClose(bench, mixed, "float32 to bfloat16")
  }

  @Test(arguments: machines, [(false, false), (true, false), (false, true)])
  func `a matrix product`(machine: Machine, transposes: (left: Bool, right: Bool)) throws {
    let bench = TensorBench(), (m, n, k) = (5, 7, 33)
    let a = bench.twins(transposes.left ? [k, m] : [m, k])
    let b = bench.twins(transposes.right ? [n, k] : [k, n], seed: 2).wide
    let c = bench.emptyTwins([m, n]), sum = bench.empty([m, n])
    for (a, c) in [(a.wide, c.wide), (a.narrow, c.narrow), (a.narrow, sum)] {
      let call = MatmulCall(
        left: a, right: b, target: c, transposeLeft: transposes.left,
        transposeRight: transposes.right)
      try bench.runAnyhow(.matmul(call), on: machine)
    }
    expectClose(bench, c, "bfloat16")
    expectClose(bench, (c.wide, sum), "bfloat16 to float32")
  }

  @Test func `a kernel that knows no bfloat16 works on copies`() throws {
    let bench = TensorBench(), x = bench.twins([2, 3, 4, 5]), y = bench.emptyTwins([2, 3, 8, 9])
    var names: [String] = []
    for (x, y) in [(x.wide, y.wide), (x.narrow, y.narrow)] {
      let call = BilinearCall(source: x, target: y, mode: .halfPixel)
      names.append(try bench.runAnyhow(.bilinear(call)))
    }
    #expect(names == ["bilinear", "widened+bilinear"])
    expectRounded(bench, y)
  }
}
