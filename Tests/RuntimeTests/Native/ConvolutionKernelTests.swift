#if ONEDNN
  import Foundation
  import Plan
  import Runtime
  import Testing

  /// A convolution's geometry, and its three passes as plain loops in double.
  struct ConvolutionCase: CustomTestStringConvertible {
    var x = [2, 4, 7, 6]
    var outputs = 6
    var kernel = [3, 3]
    var stride = [1, 1]
    var padding = [1, 1, 1, 1]
    var dilation = [1, 1]
    var groups = 1
    var algorithm = ConvolutionAlgorithm.direct

    var testDescription: String {
      "\(x) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation), groups \(groups), \(algorithm)"
    }

    var w: [Int] { [outputs, x[1] / groups] + kernel }
    var y: [Int] {
      [x[0], outputs]
        + (0..<2).map {
          (x[2 + $0] + padding[$0] + padding[2 + $0] - dilation[$0] * (kernel[$0] - 1) - 1)
            / stride[$0] + 1
        }
    }

    /// Calls `body` with the indices of x, w and y of every product.
    func forEachProduct(_ body: ([Int], [Int], [Int]) -> Void) {
      let perGroup = (inputs: x[1] / groups, outputs: outputs / groups)
      for y in indices(y) {
        for tap in indices([perGroup.inputs] + kernel) {
          let h = y[2] * stride[0] - padding[0] + tap[1] * dilation[0]
          let w = y[3] * stride[1] - padding[1] + tap[2] * dilation[1]
          guard (0..<x[2]).contains(h), (0..<x[3]).contains(w) else { continue }
          body([y[0], y[1] / perGroup.outputs * perGroup.inputs + tap[0], h, w], [y[1]] + tap, y)
        }
      }
    }

    func call(
      _ source: TensorID, _ weight: TensorID, _ target: TensorID, bias: TensorID? = nil,
      _ activation: ConvolutionCall.Activation = .identity
    ) -> ConvolutionCall {
      ConvolutionCall(
        source: source, weight: weight, bias: bias, target: target, stride: stride,
        padding: padding, dilation: dilation, groups: groups, activation: activation,
        algorithm: algorithm)
    }

    static let all: [Self] = [
      Self(), Self(x: [1, 3, 9, 9], outputs: 16),
      Self(x: [2, 16, 6, 6], outputs: 16, kernel: [4, 4], stride: [2, 2]),
      Self(x: [2, 5, 11, 9], outputs: 7, stride: [2, 3], padding: [0, 1, 1, 2]),
      Self(x: [1, 8, 12, 10], outputs: 8, padding: [2, 2, 2, 2], dilation: [2, 2]),
      Self(x: [2, 12, 6, 5], outputs: 18, groups: 3),
      Self(x: [3, 16, 5, 4], outputs: 17, kernel: [1, 1], padding: [0, 0, 0, 0]),
      Self(x: [2, 32, 4, 4], outputs: 1, kernel: [4, 4], padding: [0, 0, 0, 0]),
    ]

    /// Tiles that reach over every border, and channels that fill no panel.
    static let transformed: [Self] = ConvolutionAlgorithm.allCases.filter { $0 != .direct }
      .flatMap { algorithm in
        [
          Self(x: [2, 16, 7, 6], outputs: 48),
          Self(x: [1, 48, 5, 9], outputs: 16, padding: [0, 1, 2, 0]),
          Self(x: [2, 16, 8, 11], outputs: 16, kernel: [4, 4], stride: [2, 2]),
          Self(
            x: [1, 32, 5, 6], outputs: 16, kernel: [4, 4], stride: [2, 2], padding: [2, 0, 1, 2]),
          Self(x: [1, 16, 9, 7], outputs: 32, stride: [2, 2], padding: [0, 0, 0, 0]),
          Self(
            x: [2, 16, 8, 7], outputs: 48, kernel: [5, 5], stride: [2, 2], padding: [1, 1, 2, 2]),
        ].map { convolution in
          var convolution = convolution
          convolution.algorithm = algorithm
          return convolution
        }
      }
      .filter(\.hasForm)

    /// More tiles or channels than are computed at a time.
    static let large: [Self] = [ConvolutionAlgorithm.winograd2x2, .winograd4x4]
      .flatMap { algorithm in
        [
          Self(x: [1, 128, 70, 64], outputs: 48, algorithm: algorithm),
          Self(x: [1, 512, 6, 5], outputs: 208, algorithm: algorithm),
          Self(
            x: [1, 128, 64, 66], outputs: 48, kernel: [4, 4], stride: [2, 2], algorithm: algorithm),
          Self(
            x: [2, 512, 8, 6], outputs: 208, kernel: [4, 4], stride: [2, 2], algorithm: algorithm),
          Self(x: [1, 128, 65, 63], outputs: 48, stride: [2, 2], algorithm: algorithm),
          Self(x: [1, 512, 17, 9], outputs: 48, stride: [2, 2], algorithm: algorithm),
          Self(
            x: [1, 128, 64, 64], outputs: 48, kernel: [5, 5], stride: [2, 2], algorithm: algorithm),
          Self(
            x: [2, 512, 8, 8], outputs: 208, kernel: [5, 5], stride: [2, 2], algorithm: algorithm),
        ]
      }
      .filter(\.hasForm)

    private var hasForm: Bool {
      call(TensorID(0), TensorID(1), TensorID(2)).tiling(weight: w) != nil
    }
  }

  @Suite struct ConvolutionKernelTests {
    /// Runs the call on every instruction set that the algorithm is compiled for, and compares the result.
    private func check(
      _ bench: TensorBench, _ call: KernelCall, of convolution: ConvolutionCase, _ target: TensorID,
      _ expected: [[Int]: Double], _ name: String
    ) throws {
      let algorithm = convolution.algorithm
      let sets = Machine.InstructionSet.allCases.filter { $0.isAvailable && $0 != .portable }
      for set in algorithm == .direct ? [.portable] : sets {
        bench.clear(target)
        let ran = try bench.run(call, on: Machine(instructions: set, threads: 2), times: 2)
        #expect(algorithm == .direct || ran.hasPrefix("\(algorithm.rawValue):\(set.rawValue)"))
        let tolerance = algorithm == .winograd4x4 ? 1e-4 : 2e-5
        let wrong = bench.mismatches(target, tolerance: tolerance) { expected[$0] ?? 0 }
        #expect(wrong.isEmpty, "\(name) by \(ran) at \(wrong.prefix(5))")
      }
    }

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.transformed)
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

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.transformed)
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

    @Test(arguments: ConvolutionCase.all + ConvolutionCase.transformed)
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

    /// Root of the mean square of the error, relative to the values'.
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
        let expected = bench.values(target).map(Double.init)
        for set in Machine.InstructionSet.allCases where set != .portable && set.isAvailable {
          bench.clear(target)
          try bench.run(call, on: Machine(instructions: set, threads: 2))
          let square = zip(bench.values(target), expected).reduce(0.0) { sum, pair in
            sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1)
          }
          let error = (square / expected.reduce(0) { $0 + $1 * $1 }).squareRoot()
          #expect(error > 0 && error < bound, "\(call.name) on \(set): \(error)")
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
