import Plan
import Runtime
import Testing

/// Moments that a kernel takes while it writes are those of what it has written, wherever blocks and borders lie.
@Suite struct MeasuredKernelTests {
  /// A call's image, its moments, and a second image by the same call without moments.
  private struct Case {
    let bench: TensorBench
    let image: TensorID
    let plain: TensorID
    let producer: (TensorID) -> MeasuredCall.Producer

    /// Runs both on a machine by several numbers of threads and checks them.
    ///
    /// - Parameter kernel: what must have run.
    func check(
      on machine: Machine, by kernel: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let channels = bench[image].tensor.shape[1]
      let mean = bench.empty([1, channels, 1, 1]), variance = bench.empty([1, channels, 1, 1])
      let call = MeasuredCall(
        producer: producer(image),
        moments: MomentsCall(
          source: image, mean: mean, variance: variance, axes: MeasuredCall.axes))
      var seen: [Int: Set<[UInt32]>] = [:]
      for threads in [1, 2, 3, 3, 3] {
        let machine = Machine(instructions: machine.instructions, threads: threads)
        for target in [image, mean, variance] { bench.clear(target) }
        try bench.runAnyhow(producer(plain).call, on: machine)
        let ran = try bench.run(.measured(call), on: machine)
        #expect(ran.hasPrefix(kernel) && ran.contains("moments"), sourceLocation: sourceLocation)
        #expect(
          bench.values(image).map(\.bitPattern) == bench.values(plain).map(\.bitPattern),
          "the image differs by \(ran)",
          sourceLocation: sourceLocation)
        seen[threads, default: []].insert(
          (bench.values(mean) + bench.values(variance)).map(\.bitPattern))
        expectMoments(mean, variance, sourceLocation)
      }
      #expect(
        seen.values.allSatisfy { $0.count == 1 }, "moments depend on which thread takes what",
        sourceLocation: sourceLocation)
    }

    /// Against two passes in double over the image, as exact as moments that are taken behind it.
    private func expectMoments(
      _ mean: TensorID, _ variance: TensorID, _ sourceLocation: SourceLocation
    ) {
      let shape = bench[image].tensor.shape
      for channel in 0..<shape[1] {
        let values = indices([shape[0], shape[2], shape[3]]).map {
          bench.value(image, [$0[0], channel, $0[1], $0[2]])
        }
        let center = values.reduce(0, +) / Double(values.count)
        let spread =
          values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count)
        let scale = values.reduce(0) { max($0, abs($1 - center)) }
        let place = [0, channel, 0, 0]
        let error = bench.value(mean, place) - center
        let spreadError = bench.value(variance, place) - spread
        #expect(
          abs(error) <= 6e-8 * abs(center) + 1e-7 * scale
            && abs(spreadError) <= 2e-6 * scale * scale,
          "channel \(channel): \(error), \(spreadError)", sourceLocation: sourceLocation)
      }
    }
  }

  private static let vectorMachines = Machine.all.filter { $0.instructions != .portable }

  private func convolve(
    _ convolution: ConvolutionCase, bias: Float = 0,
    _ activation: ConvolutionCall.Activation = .identity, scale: Float = 1
  ) -> Case {
    let bench = TensorBench(), x = bench.random(convolution.x, scale: scale)
    let w = bench.random(convolution.w, seed: 2)
    let shift = bench.random([convolution.outputs], seed: 3, offset: bias)
    return Case(bench: bench, image: bench.empty(convolution.y), plain: bench.empty(convolution.y))
    { target in
      .convolution(convolution.call(x, w, target, bias: shift, activation))
    }
  }

  private func pool(_ call: PoolCall, of shape: [Int], offset: Float = 0) -> Case {
    let bench = TensorBench(), x = bench.random(shape, offset: offset)
    var result = shape
    for axis in 0..<2 {
      let sides = call.padding[axis] + call.padding[axis + 2]
      result[axis + 2] = (shape[axis + 2] + sides - call.kernel[axis]) / call.stride[axis] + 1
    }
    return Case(bench: bench, image: bench.empty(result), plain: bench.empty(result)) { target in
      var call = call
      (call.source, call.target) = (x, target)
      return .pool(call)
    }
  }

  private func window(
    _ kind: PoolCall.Kind, _ kernel: [Int], stride: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0]
  ) -> PoolCall {
    PoolCall(
      kind: kind, source: TensorID(0), target: TensorID(0), kernel: kernel, stride: stride,
      padding: padding)
  }

  @Test(arguments: ConvolutionCase.transformed)
  func `convolutions in tiles that reach over every border`(_ convolution: ConvolutionCase) throws {
    for machine in Self.vectorMachines {
      try convolve(convolution, .leakyRelu(slope: 0.2))
        .check(on: machine, by: convolution.algorithm.rawValue)
    }
  }

  @Test(arguments: ConvolutionCase.large.filter { $0.kernel != [5, 5] })
  func `convolutions in several blocks, chunks and slabs`(_ convolution: ConvolutionCase) throws {
    for machine in Self.vectorMachines.suffix(1) {
      try convolve(convolution).check(on: machine, by: convolution.algorithm.rawValue)
    }
  }

  @Test(arguments: [ConvolutionAlgorithm.winograd2x2, .winograd4x4])
  func `a small variance far from zero`(_ algorithm: ConvolutionAlgorithm) throws {
    let convolution = ConvolutionCase(x: [5, 16, 13, 18], outputs: 32, algorithm: algorithm)
    for machine in Self.vectorMachines {
      try convolve(convolution, bias: 10_000, scale: 0.02)
        .check(on: machine, by: algorithm.rawValue)
    }
  }

  @Test(arguments: Machine.all)
  func `pools of every kind`(_ machine: Machine) throws {
    try pool(window(.sum, [2, 2]), of: [3, 48, 18, 14]).check(on: machine, by: "pool+moments")
    try pool(window(.average, [2, 2], stride: [2, 2]), of: [2, 7, 31, 600], offset: 10_000)
      .check(on: machine, by: "pool+moments")
    try pool(window(.max, [3, 3], stride: [2, 1], padding: [1, 1, 1, 1]), of: [5, 6, 2, 3])
      .check(on: machine, by: "pool+moments")
  }

  @Test func `images in bfloat16 are measured as they are stored`() throws {
    for algorithm in [ConvolutionAlgorithm.winograd2x2, .winograd4x4] {
      let convolution = ConvolutionCase(x: [3, 16, 9, 7], outputs: 48, algorithm: algorithm)
      for machine in Self.vectorMachines {
        let bench = TensorBench(), x = bench.random(convolution.x)
        let w = bench.random(convolution.w, seed: 2)
        let images = (0..<2).map { _ in bench.emptyTwins(convolution.y).narrow }
        try Case(bench: bench, image: images[0], plain: images[1]) {
          .convolution(convolution.call(x, w, $0))
        }.check(on: machine, by: algorithm.rawValue)
      }
    }
  }

  @Test func `what cannot measure is followed by what can`() throws {
    for machine in Machine.all {
      let direct = ConvolutionCase(x: [2, 16, 7, 6], outputs: 16)
      try convolve(direct).check(on: machine, by: "")
      var tiled = direct
      tiled.algorithm = .winograd2x2
      try convolve(tiled, .tanh).check(on: machine, by: "")
    }
  }
}
