import GraphIR
import Operators
import Plan
import Testing

/// Shapes and parameters against numbers worked out by hand or read off PyTorch.
@Suite struct ShapeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var example: Example
    var outputs: [String]
    var testDescription: String { example.testDescription }

    init(_ example: Example, _ outputs: String...) {
      self.example = example
      self.outputs = outputs
    }
  }

  static let cases: [Case] = [
    Case(
      Example("conv2d", ["channels": 64, "kernel": 4, "stride": 2, "padding": 1], [8, 3, 64, 64]),
      "f32[8×64×32×32]"),
    Case(
      Example(
        "conv2d", ["channels": 8, "kernel": 5, "stride": 2, "padding": "same"], [1, 3, 64, 64]),
      "f32[1×8×32×32]"),
    Case(
      Example(
        "conv2d", ["channels": 8, "kernel": 5, "stride": 2, "padding": "same"], [1, 3, 7, 9]),
      "f32[1×8×4×5]"),
    Case(
      Example("conv2d", ["channels": 1, "kernel": 4, "stride": 4], [2, 512, 4, 4]), "f32[2×1×1×1]"),
    Case(
      Example("conv2d", ["channels": 6, "kernel": 3, "dilation": 2], [1, 2, 9, 8]), "f32[1×6×5×4]"),
    Case(
      Example("conv2d", ["channels": 2, "kernel": 3, "padding": [0, 1, 2, 3]], [1, 1, 4, 4]),
      "f32[1×2×4×6]"),
    Case(
      Example(
        "conv_transpose2d", ["channels": 8, "kernel": 4, "stride": 2, "padding": 1], [2, 16, 8, 8]),
      "f32[2×8×16×16]"),
    Case(
      Example(
        "conv_transpose2d", ["channels": 8, "kernel": 5, "stride": 2, "padding": "same"],
        [2, 16, 4, 4]), "f32[2×8×8×8]"),
    Case(
      Example(
        "conv_transpose2d",
        ["channels": 3, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1], [1, 2, 5, 5]),
      "f32[1×3×10×10]"),
    Case(Example("linear", ["features": 7], [4, 3, 5]), "f32[4×3×7]"),
    Case(Example("matmul", ["transpose_a": true], [2, 5, 3], [2, 5, 4]), "f32[2×3×4]"),
    Case(
      Example("batch_norm", [:], [4, 3, 2, 2]), "f32[4×3×2×2]", "f32[1×3×1×1]", "f32[1×3×1×1]",
      "f32[3]", "f32[3]"),
    Case(Example("batch_norm", ["mode": "eval"], [4, 3]), "f32[4×3]"),
    Case(
      Example("instance_norm", [:], [2, 3, 4, 4]), "f32[2×3×4×4]", "f32[2×3×1×1]", "f32[2×3×1×1]"),
    Case(Example("layer_norm", ["dims": 2], [2, 3, 4]), "f32[2×3×4]", "f32[2×1×1]", "f32[2×1×1]"),
    Case(Example("moments", ["axes": [0, 2, 3]], [2, 3, 4, 4]), "f32[1×3×1×1]", "f32[1×3×1×1]"),
    Case(Example("sum", [:], [2, 3]), "f32[]"),
    Case(Example("mean", ["axes": [-1]], [2, 3]), "f32[2]"),
    Case(Example("amax", ["axes": [1], "keepdims": true], [2, 3, 4]), "f32[2×1×4]"),
    Case(Example("reshape", ["to": [8, -1, 2]], [5, 32]), "f32[5×8×2×2]"),
    Case(Example("reshape", ["to": [-1]], [5, 2, 3]), "f32[5×6]"),
    Case(Example("flatten", [:], [5, 2, 3, 4]), "f32[5×24]"),
    Case(Example("flatten", [:], [5]), "f32[5×1]"),
    Case(Example("transpose", ["axes": [0, 2, 3, 1]], [2, 3, 4, 5]), "f32[2×4×5×3]"),
    Case(Example("slice", ["stop": -1], [4, 8]), "f32[3×8]"),
    Case(Example("slice", ["axis": 1, "start": -3], [4, 8]), "f32[4×3]"),
    Case(Example("pad", ["padding": [1, 2, 3, 4]], [1, 1, 5, 5]), "f32[1×1×9×11]"),
    Case(Example("concat", [:], [2, 3], [2, 5]), "f32[2×8]"),
    Case(Example("stack", [:], [2, 5], [2, 5], [2, 5]), "f32[2×3×5]"),
    Case(Example("stack", ["axis": -1], [2, 5], [2, 5]), "f32[2×5×2]"),
    Case(Example("split", ["parts": 3], [2, 6]), "f32[2×2]", "f32[2×2]", "f32[2×2]"),
    Case(Example("split", ["sizes": [4, 1]], [2, 5, 2]), "f32[2×4×2]", "f32[2×1×2]"),
    Case(Example("squeeze", ["axes": [2, 3]], [2, 3, 1, 1]), "f32[2×3]"),
    Case(Example("unsqueeze", ["axis": 1], [2, 3]), "f32[2×1×3]"),
    Case(Example("glu", [:], [2, 6, 4, 4]), "f32[2×3×4×4]"),
    Case(Example("upsample", ["scale": 2], [1, 2, 3, 4]), "f32[1×2×6×8]"),
    Case(Example("resize_bilinear", ["to": [5, 6]], [1, 2, 3, 4]), "f32[1×2×5×6]"),
    Case(Example("avg_pool", ["kernel": 2], [1, 2, 5, 6]), "f32[1×2×2×3]"),
    Case(
      Example("max_pool", ["kernel": 3, "stride": 2, "padding": 1], [1, 2, 5, 6]), "f32[1×2×3×3]",
      "i64[1×2×3×3]"),
    Case(Example("global_avg_pool", [:], [2, 3, 4, 5]), "f32[2×3×1×1]"),
    Case(Example("gather", [:], [.any([10, 4]), .index([3], below: 10)]), "f32[3×4]"),
    Case(Example("gather", ["axis": 1], [.any([3, 10, 4]), .index([3], below: 10)]), "f32[3×4]"),
    Case(Example("one_hot", ["classes": 5], [.index([3], below: 5)]), "f32[3×5]"),
    Case(Example("embedding", ["classes": 5, "features": 2], [.index([3], below: 5)]), "f32[3×2]"),
    Case(Example("normal", ["shape": [2, 100]]), "f32[2×100]"),
    Case(Example("random_integers", ["shape": [4], "high": 3]), "i64[4]"),
    Case(Example("constant", ["value": 1]), "f32[]"),
    Case(Example("bce", [:], [8], []), "f32[]"),
    Case(Example("bce", ["reduction": "none"], [8, 2], [2]), "f32[8×2]"),
    Case(
      Example("cross_entropy", ["reduction": "none"], [.any([3, 10]), .index([3], below: 10)]),
      "f32[3]"),
    Case(Example("add", [:], [2, 3, 4, 4], [3, 1, 1]), "f32[2×3×4×4]"),
    Case(Example("where", [:], [2, 1], [3], []), "f32[2×3]"),
  ]

  @Test(arguments: cases)
  func `outputs have the expected types`(_ test: Case) throws {
    let op = try test.example.makeOperator()
    let types = try test.example.allOperands(of: op).map(\.type)
    #expect(try op.outputTypes(types).map(\.description) == test.outputs)
    var graph = Graph(name: "g")
    let inputs = types.map { graph.addInput("x", kind: .caller, type: $0) }
    #expect(try graph.append(op, inputs).map { graph.type(of: $0).description } == test.outputs)
  }

  @Test(arguments: OperatorExamples.all)
  func `an expansion yields the types that the operator promises`(_ example: Example) throws {
    let op = try example.makeOperator()
    guard let composite = op as? any CompositeOperator else { return }
    var graph = Graph(name: "g")
    let types = try example.allOperands(of: op).map(\.type)
    let inputs = types.map { graph.addInput("x", kind: .caller, type: $0) }
    let outputs = try composite.expand(inputs, in: &graph)
    #expect(outputs.map { graph.type(of: $0) } == (try op.outputTypes(types)))
  }

  @Test func `SAME puts the odd pixel at the bottom and right`() {
    let window = ConvolutionWindow(stride: [2, 2], padding: .same)
    #expect(window.sides(input: [64, 64], kernel: [5, 5]) == [1, 1, 2, 2])
    #expect(window.sides(input: [64, 64], kernel: [4, 4]) == [1, 1, 1, 1])
    #expect(window.sides(input: [7, 7], kernel: [5, 5]) == [2, 2, 2, 2])
    let dense = ConvolutionWindow(padding: .same)
    #expect(dense.sides(input: [4, 4], kernel: [3, 2]) == [1, 0, 1, 1])
  }

  @Test func `weights start as PyTorch's do`() throws {
    let image = TensorType(.float32, [1, 16, 8, 8])
    func declared(
      _ name: String, _ attributes: [Attribute], _ input: TensorType
    ) throws -> [ParameterDeclaration] {
      let op = try OperatorCatalog.standard.make(name, attributes)
      return try #require(op as? any NetworkOperator).parameters([input])
    }
    let size = [Attribute("channels", 32), Attribute("kernel", 3), Attribute("groups", 4)]
    let convolution = try declared("conv2d", size, image)
    #expect(convolution.map(\.shape) == [[32, 4, 3, 3], [32]])
    // fan-in 4 · 9 = 36
    let sixth = Initializer.uniform(low: -1.0 / 6, high: 1.0 / 6)
    #expect(convolution.allSatisfy { $0.initializer == sixth })
    #expect(convolution[0].fanIn == 36 && convolution[0].fanOut == 288)
    let transposed = try declared("conv_transpose2d", Array(size.prefix(2)), image)
    #expect(transposed.map(\.shape) == [[16, 32, 3, 3], [32]])
    #expect(transposed[0].fanIn == 288)
    let linear = try declared("linear", [Attribute("features", 10)], TensorType(.float32, [2, 25]))
    #expect(linear.map(\.shape) == [[10, 25], [10]])
    #expect(linear[0].initializer == .uniform(low: -0.2, high: 0.2))
    let normalization = try declared("batch_norm", [], image)
    #expect(normalization.map(\.name) == ["weight", "bias", "running_mean", "running_var"])
    #expect(normalization.map(\.updatedBy) == [nil, nil, 3, 4])
    #expect(
      try declared("batch_norm", [Attribute("mode", "eval")], image).map(\.updatedBy) == [
        nil, nil, nil, nil,
      ])
  }

  @Test func `Adam without a first beta keeps no mean`() throws {
    let type = TensorType(.float32, [3])
    func slots(_ betas: AttributeValue) throws -> [String] {
      let op = try OperatorCatalog.standard.make("adam", [Attribute("betas", betas)])
      return try #require(op as? any OptimizerOperator).slots(for: type).map(\.name)
    }
    #expect(try slots([0.5, 0.999]) == ["m", "v"])
    #expect(try slots([0, 0.99]) == ["v"])
  }
}
