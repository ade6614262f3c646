#if ONEDNN
  import Foundation
  import Plan
  import Runtime
  import Testing

  extension ConvolutionCase {
    /// The instruction sets for which there is a kernel, and how what it says of itself starts.
    fileprivate func kernels(
      for pass: ConvolutionPass
    ) -> [(set: Machine.InstructionSet, name: String)] {
      switch algorithm {
      case .direct: return [(.portable, "")]
      case .columns: return [(.portable, "columns:")]
      case .fewChannels:
        // Other passes are computed directly.
        let side = ConvolutionAlgorithm.Side.ofPicture(weight: w, stride: stride, in: pass)
        if side == nil { return [(.portable, "")] }
      case .winograd2x2, .winograd4x4: break
      }
      return Machine.InstructionSet.allCases.filter { $0.isAvailable && $0 != .portable }
        .map { ($0, "\(algorithm.rawValue):\($0.vectors)") }
    }
  }

  @Suite struct ConvolutionKernelTests {
    /// Runs the call on every instruction set that the algorithm is compiled for, and compares the result.
    private func check(
      _ bench: TensorBench, _ call: KernelCall, of convolution: ConvolutionCase, _ target: TensorID,
      _ expected: [[Int]: Double], _ name: String
    ) throws {
      let pass = try #require(call.convolutionPass).pass
      for (set, prefix) in convolution.kernels(for: pass) {
        bench.clear(target)
        let ran = try bench.run(call, on: Machine(instructions: set, threads: 2), times: 2)
        #expect(ran.hasPrefix(prefix))
        let tolerance = convolution.algorithm == .winograd4x4 ? 1e-4 : 2e-5
        let wrong = bench.mismatches(target, tolerance: tolerance) { expected[$0] ?? 0 }
        #expect(wrong.isEmpty, "\(name) by \(ran) at \(wrong.prefix(5))")
      }
    }

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.indirect)
    func `forward, with bias and activation`(of convolution: ConvolutionCase) throws {
      let bench = TensorBench(), x = bench.random(convolution.x)
      let w = bench.random(convolution.w, seed: 2),
        bias = bench.random([convolution.outputs], seed: 3)
      var sums: [[Int]: Double] = [:]
      convolution.forEachProduct { sums[$2, default: 0] += bench.value(x, $0) * bench.value(w, $1) }
      let biases = bench.values(bias).map(Double.init)
      let activations: [(ConvolutionCall.Activation, (Double) -> Double)] = [
        (.identity, { $0 }), (.relu, { max($0, 0) }), (.tanh, { tanh($0) }),
        (.leakyRelu(slope: 0.2), { $0 > 0 ? $0 : 0.2 * $0 }), (.sigmoid, { 1 / (1 + exp(-$0)) }),
      ]
      for (activation, function) in activations {
        let y = bench.empty(convolution.y)
        var expected: [[Int]: Double] = [:]
        for index in indices(convolution.y) {
          expected[index] = function((sums[index] ?? 0) + biases[index[1]])
        }
        let call = convolution.call(x, w, y, bias: bias, activation)
        try check(bench, .convolution(call), of: convolution, y, expected, "\(activation)")
      }
    }

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.indirect)
    func `gradient of the input, and as a transposed convolution`(
      of convolution: ConvolutionCase
    ) throws {
      let bench = TensorBench(), dy = bench.random(convolution.y)
      let w = bench.random(convolution.w, seed: 2), bias = bench.random([convolution.x[1]], seed: 3)
      var expected: [[Int]: Double] = [:]
      convolution.forEachProduct {
        expected[$0, default: 0] += bench.value(dy, $2) * bench.value(w, $1)
      }
      let dx = bench.empty(convolution.x)
      let bare = convolution.call(dy, w, dx)
      try check(bench, .convolutionInputGradient(bare), of: convolution, dx, expected, "dx")

      let biases = bench.values(bias).map(Double.init)
      for index in indices(convolution.x) {
        let value = (expected[index] ?? 0) + biases[index[1]]
        expected[index] = value > 0 ? value : 0.1 * value
      }
      let call = convolution.call(dy, w, dx, bias: bias, .leakyRelu(slope: 0.1))
      try check(bench, .convolutionInputGradient(call), of: convolution, dx, expected, "transposed")
    }

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.indirect)
    func `gradient of the weight`(of convolution: ConvolutionCase) throws {
      let bench = TensorBench(), x = bench.random(convolution.x)
      let dy = bench.random(convolution.y, seed: 2), dw = bench.empty(convolution.w)
      var expected: [[Int]: Double] = [:]
      convolution.forEachProduct {
        expected[$1, default: 0] += bench.value(dy, $2) * bench.value(x, $0)
      }
      let call = convolution.call(x, dy, dw)
      try check(bench, .convolutionWeightGradient(call), of: convolution, dw, expected, "dw")
    }

    /// Rounding to bfloat16 misses 1.7e-3 of a value in the mean; a sum over four tiles is rounded up to four times, and
    /// transformed factors are rounded before they are multiplied.
    @Test(arguments: ConvolutionCase.transformed + ConvolutionCase.fewChannels)
    func `images in bfloat16`(of convolution: ConvolutionCase) throws {
      let bench = TensorBench(), w = bench.random(convolution.w, seed: 2)
      let x = bench.twins(convolution.x).narrow, dy = bench.twins(convolution.y, seed: 3).narrow
      let y = bench.emptyTwins(convolution.y).narrow, dx = bench.emptyTwins(convolution.x).narrow
      let dw = bench.empty(convolution.w)
      var (sums, dxs, dws): ([[Int]: Double], [[Int]: Double], [[Int]: Double]) = ([:], [:], [:])
      convolution.forEachProduct {
        sums[$2, default: 0] += bench.value(x, $0) * bench.value(w, $1)
        dxs[$0, default: 0] += bench.value(dy, $2) * bench.value(w, $1)
        dws[$1, default: 0] += bench.value(dy, $2) * bench.value(x, $0)
      }
      let passes: [(KernelCall, TensorID, [[Int]: Double])] = [
        (.convolution(convolution.call(x, w, y)), y, sums),
        (.convolutionInputGradient(convolution.call(dy, w, dx)), dx, dxs),
        (.convolutionWeightGradient(convolution.call(x, dy, dw)), dw, dws),
      ]
      for (call, target, expected) in passes {
        let pass = try #require(call.convolutionPass).pass
        for (set, prefix) in convolution.kernels(for: pass) where !prefix.isEmpty {
          let machine = Machine(instructions: set, threads: 2)
          let multipliesBfloat16 =
            machine.multipliesBfloat16 && convolution.algorithm.multipliesBfloat16
          bench.clear(target)
          let ran = try bench.run(call, on: machine, times: 2)
          let start =
            multipliesBfloat16 && prefix.hasPrefix("winograd")
            ? "\(convolution.algorithm.rawValue):\(set)_bf16" : prefix
          #expect(ran.hasPrefix(start), "\(call.name) by \(ran)")
          #expect(ran.hasSuffix("_bf16") == multipliesBfloat16, "\(call.name) by \(ran)")
          let error = bench.relativeError(target, expected)
          #expect(error < (multipliesBfloat16 ? 8e-3 : 4e-3), "\(call.name) by \(ran): \(error)")
        }
      }
    }

    @Test(arguments: ConvolutionCase.large)
    func `large convolutions by transformed tiles agree with oneDNN's`(
      _ convolution: ConvolutionCase
    ) throws {
      let bench = TensorBench(), x = bench.random(convolution.x)
      let w = bench.random(convolution.w, seed: 2), y = bench.random(convolution.y, seed: 3)
      let passes: [(KernelCall, TensorID)] = [(x, w, y), (y, w, x), (x, y, w)].enumerated().map {
        let target = bench.empty(bench[$1.2].tensor.shape)
        let call = convolution.call($1.0, $1.1, target)
        let calls = [
          KernelCall.convolution(call), .convolutionInputGradient(call),
          .convolutionWeightGradient(call),
        ]
        return (calls[$0], target)
      }
      let bound = convolution.algorithm == .winograd4x4 ? 2e-5 : 5e-6
      for (call, target) in passes {
        try bench.run(call.computed(by: .direct))
        let expected = Dictionary(
          uniqueKeysWithValues: indices(bench[target].tensor.shape).map {
            ($0, bench.value(target, $0))
          })
        for set in Machine.InstructionSet.allCases where set != .portable && set.isAvailable {
          bench.clear(target)
          // Three threads, because no size is a multiple of that.
          try bench.run(call, on: Machine(instructions: set, threads: 3))
          let error = bench.relativeError(target, expected)
          #expect(error > 0 && error < bound, "\(call.name) on \(set): \(error)")
        }
      }
    }

    /// Sums that no whole number of tile registers holds, and more than one step of them.
    @Test(arguments: ConvolutionCase.large.filter(\.algorithm.multipliesBfloat16))
    func `large convolutions of bfloat16 by transformed tiles agree with oneDNN's of float32`(
      _ convolution: ConvolutionCase
    ) throws {
      let bench = TensorBench(), w = bench.random(convolution.w, seed: 2)
      let x = bench.twins(convolution.x), y = bench.twins(convolution.y, seed: 3)
      func calls(_ x: TensorID, _ y: TensorID) -> [(call: KernelCall, target: TensorID)] {
        let targets = [convolution.y, convolution.x, convolution.w].map { bench.empty($0) }
        return [
          (.convolution(convolution.call(x, w, targets[0])), targets[0]),
          (.convolutionInputGradient(convolution.call(y, w, targets[1])), targets[1]),
          (.convolutionWeightGradient(convolution.call(x, y, targets[2])), targets[2]),
        ]
      }
      for (wide, narrow) in zip(calls(x.wide, y.wide), calls(x.narrow, y.narrow)) {
        try bench.run(wide.call.computed(by: .direct))
        let expected = Dictionary(
          uniqueKeysWithValues: indices(bench[wide.target].tensor.shape).map {
            ($0, bench.value(wide.target, $0))
          })
        for set in Machine.InstructionSet.allCases where set.isAvailable {
          let machine = Machine(instructions: set, threads: 3)
          guard machine.multipliesBfloat16 else { continue }
          bench.clear(narrow.target)
          let ran = try bench.run(narrow.call, on: machine)
          #expect(ran == "\(convolution.algorithm.rawValue):\(set)_bf16")
          let error = bench.relativeError(narrow.target, expected)
          #expect(error > 0 && error < 8e-3, "\(narrow.call.name) on \(set): \(error)")
        }
      }
    }

    @Test func `an impossible convolution is refused with oneDNN's reason`() throws {
      let bench = TensorBench(), x = bench.random([1, 4, 5, 5]), w = bench.random([2, 4, 3, 3])
      let y = bench.empty([1, 2, 9, 9]), convolution = ConvolutionCase(x: [1, 4, 5, 5], outputs: 2)
      #expect(throws: RuntimeError.self) {
        try bench.run(.convolution(convolution.call(x, w, y)))
      }
    }
  }
#endif
