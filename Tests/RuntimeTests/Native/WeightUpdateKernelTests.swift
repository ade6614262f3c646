#if ONEDNN
  import Plan
  import Runtime
  import Testing

  /// A weight's gradient in parts, each with its update, gives what the gradient and then the update give.
  @Suite struct WeightUpdateKernelTests {
    /// w - 0.1·dw over the old w, and v = 0.5·v + dw over the old v.
    private func tile(
      _ count: Int, gradient: TensorID, weight: TensorID, slot: TensorID, rate: TensorID
    ) -> TileCall {
      func load(_ tensor: TensorID, stride: Int = 1) -> TileLoad {
        TileLoad(tensor: tensor, strides: [stride], divisors: [1])
      }
      return TileCall(
        extent: [count],
        loads: [load(weight), load(gradient), load(slot), load(rate, stride: 0)],
        instructions: [
          TileInstruction(.multiply, [1, 3]), TileInstruction(.subtract, [0, 4]),
          TileInstruction(.constant, immediate: 0.5), TileInstruction(.fma, [2, 6, 1]),
        ],
        stores: [
          TileStore(register: 5, tensor: weight, strides: [1]),
          TileStore(register: 7, tensor: slot, strides: [1]),
        ], reductions: [])
    }

    @Test(arguments: [ConvolutionAlgorithm.columns, .winograd2x2, .direct])
    func `in parts and as a whole`(algorithm: ConvolutionAlgorithm) throws {
      // 9.4 MB of gradient: two parts.
      let convolution = ConvolutionCase(x: [1, 512, 3, 4], outputs: 512, algorithm: algorithm)
      let bench = TensorBench()
      let x = bench.random(convolution.x), dy = bench.random(convolution.y, seed: 2)
      let rate = bench.add([0.1], [])
      let count = convolution.w.reduce(1, *)
      func weights() -> (weight: TensorID, slot: TensorID) {
        (bench.random(convolution.w, seed: 3), bench.random(convolution.w, seed: 4))
      }
      let (gradient, nowhere) = (bench.empty(convolution.w), bench.empty([1]))
      let (whole, divided) = (weights(), weights())
      let machine = try Machine.current()
      try bench.run(
        .convolutionWeightGradient(convolution.call(x, dy, gradient)), on: machine)
      try bench.run(
        .tile(
          tile(
            count, gradient: gradient, weight: whole.weight, slot: whole.slot, rate: rate)),
        on: machine)
      // Of the gradient only type and shape are looked at.
      let shape = bench.shaped(nowhere, convolution.w)
      let ran = try bench.run(
        .weightUpdate(
          WeightUpdateCall(
            gradient: convolution.call(x, dy, shape),
            tile: tile(
              count, gradient: shape, weight: divided.weight, slot: divided.slot, rate: rate))),
        on: machine)
      #expect(algorithm == .direct || ran.hasPrefix(algorithm.rawValue))
      for (found, expected) in [(divided.weight, whole.weight), (divided.slot, whole.slot)] {
        let worst = zip(bench.values(found), bench.values(expected)).map { abs($0 - $1) }.max()
        #expect(try #require(worst) < 1e-5, "\(ran)")
      }
    }
  }
#endif
