import GraphIR
import Operators
import Plan
import Testing

@Suite struct LoweringTests {
  /// The kernel calls of an example whose tensors all lie in the project's physical layout.
  private func calls(_ example: Example, path: String = "net.node") throws -> [KernelCall] {
    let op = try #require(try example.makeOperator() as? any KernelOperator)
    let inputs = try example.allOperands(of: op).map(\.type)
    let outputs = try op.outputTypes(inputs)
    let strides = (inputs + outputs).map { Layout.strides($0.shape) }
    return op.kernels(
      LoweringContext(inputs: inputs, outputs: outputs, strides: strides, path: path))
  }

  /// What copies leave in the target: each element's place in the (concatenated) row-major inputs, or nil for the fill.
  private func copied(_ example: Example) throws -> [Int?] {
    let calls = try calls(example)
    let inputs = example.operands.map(\.type)
    let output = try example.makeOperator().outputTypes(inputs)[0]
    var memory = [Int?](repeating: nil, count: output.count)
    for case .copy(let call) in calls {
      let input = inputs[call.source.index]
      let before = inputs[..<call.source.index].map(\.count).reduce(0, +)
      // Physical place of each element of the source -> its logical place.
      var logical = [Int](repeating: 0, count: input.count)
      for (place, index) in indices(of: input.shape).enumerated() {
        logical[dot(index, Layout.strides(input.shape))] = before + place
      }
      for index in indices(of: call.extent) {
        let source = call.sourceOffset + dot(index, call.sourceStrides)
        memory[call.targetOffset + dot(index, call.targetStrides)] = logical[source]
      }
    }
    return indices(of: output.shape).map { memory[dot($0, Layout.strides(output.shape))] }
  }

  private func dot(_ index: [Int], _ strides: [Int]) -> Int {
    zip(index, strides).map(*).reduce(0, +)
  }

  /// All indices of a shape in row-major order.
  private func indices(of shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { indices, extent in
      indices.flatMap { index in (0..<extent).map { index + [$0] } }
    }
  }

  @Test func `copies move the right elements`() throws {
    #expect(try copied(Example("transpose", ["axes": [1, 0]], [2, 3])) == [0, 3, 1, 4, 2, 5])
    #expect(
      try copied(Example("slice", ["axis": 1, "start": 1, "stop": 3], [2, 3])) == [1, 2, 4, 5])
    #expect(try copied(Example("concat", [:], [2, 1], [2, 2])) == [0, 2, 3, 1, 4, 5])
    #expect(
      try copied(Example("pad", ["before": [0, 1], "after": [0, 0]], [2, 1])) == [nil, 0, nil, 1])
  }

  @Test func `copies know that images are channels-last in memory`() throws {
    // NCHW 1×2×2×1: channel 0 holds 0, 1 and channel 1 holds 2, 3.
    #expect(try copied(Example("slice", ["axis": 1, "start": 1], [1, 2, 2, 1])) == [2, 3])
    #expect(try copied(Example("concat", [:], [1, 1, 2, 1], [1, 2, 2, 1])) == [0, 1, 2, 3, 4, 5])
    #expect(
      try copied(Example("transpose", ["axes": [0, 2, 1, 3]], [1, 2, 2, 1])) == [0, 2, 1, 3])
    #expect(
      try copied(Example("pad", ["padding": [1, 0, 0, 0]], [1, 2, 1, 1])) == [nil, 0, nil, 1])
  }

  @Test(arguments: ["slice", "concat", "pad", "transpose"])
  func `copies write every element once or fill`(_ name: String) throws {
    for example in OperatorExamples.of(name) {
      let result = try copied(example)
      let moved = result.compactMap(\.self)
      #expect(Set(moved).count == moved.count)
      if name != "pad" { #expect(moved.count == result.count) }
    }
  }

  @Test func `a convolution carries what fusion gave it`() throws {
    let example = Example(
      "conv2d",
      [
        "channels": 2, "kernel": 5, "stride": 2, "padding": "same", "activation": "leaky_relu",
        "slope": 0.2,
      ],
      [1, 3, 8, 8])
    let expected = ConvolutionCall(
      source: TensorID(0), weight: TensorID(1), bias: TensorID(2), target: TensorID(3),
      stride: [2, 2], padding: [1, 1, 2, 2], activation: .leakyRelu(slope: 0.2))
    #expect(try calls(example) == [.convolution(expected)])
  }

  @Test func `a random node's numbers follow from its path`() throws {
    let example = Example("normal", ["shape": [2], "std": 0.5])
    // FNV-1a of "a" and of "foobar", from the algorithm's own test vectors.
    for (path, key) in [("a", 0xaf63_dc4c_8601_ec8c as UInt64), ("foobar", 0x8594_4171_f739_67e8)] {
      let expected = RandomCall(
        target: TensorID(0), distribution: .normal(mean: 0, std: 0.5), key: key, name: path)
      #expect(try calls(example, path: path) == [.random(expected)])
    }
  }

  @Test func `nearest upsampling divides the last two indices`() throws {
    #expect(UpsampleNearest(scale: [2, 3]).divisors(rank: 4) == [1, 1, 2, 3])
    #expect(BroadcastTo([2, 2]).divisors(rank: 2) == [1, 1])
  }

  @Test func `every kernel reads its inputs and writes its outputs`() throws {
    for example in OperatorExamples.all {
      guard let op = try example.makeOperator() as? any KernelOperator else { continue }
      let inputs = try example.allOperands(of: op).count
      let outputs = try op.outputTypes(example.allOperands(of: op).map(\.type)).count
      let calls = try calls(example)
      let read = Set(calls.flatMap { $0.reads.map(\.index) })
      let written = Set(calls.flatMap { $0.writes.map(\.index) })
      #expect(read == Set(0..<inputs), "\(example)")
      #expect(written == Set(inputs..<inputs + outputs), "\(example)")
    }
  }
}
