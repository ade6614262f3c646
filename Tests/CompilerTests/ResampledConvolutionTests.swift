import Compiler
import GraphIR
import Operators
import Plan
import Runtime
import Testing

/// The convolution on the small side of resampling gives the same values and gradients, in double precision.
@Suite struct ResampledConvolutionTests {
  struct Layer: Sendable, CustomTestStringConvertible {
    var image: [Int]
    var kernel: [Int]
    /// Top, left, bottom, right.
    var padding: [Int]
    var scale: [Int]
    var testDescription: String { "\(image) \(kernel) \(padding) \(scale)" }
  }

  static let upsampled = [
    Layer(image: [2, 16, 3, 4], kernel: [3, 3], padding: [1, 1, 1, 1], scale: [2, 2]),
    Layer(image: [1, 16, 1, 1], kernel: [3, 3], padding: [1, 1, 1, 1], scale: [2, 2]),
    Layer(image: [2, 16, 5, 3], kernel: [3, 3], padding: [0, 1, 1, 0], scale: [2, 2]),
    Layer(image: [1, 16, 3, 3], kernel: [5, 5], padding: [2, 2, 2, 2], scale: [2, 2]),
    Layer(image: [1, 16, 2, 3], kernel: [5, 4], padding: [2, 1, 2, 2], scale: [3, 1]),
    Layer(image: [2, 3, 4, 4], kernel: [1, 1], padding: [0, 0, 0, 0], scale: [2, 2]),
  ]

  static let pooled = [
    Layer(image: [2, 16, 6, 4], kernel: [3, 3], padding: [1, 1, 1, 1], scale: [2, 2]),
    Layer(image: [1, 16, 7, 5], kernel: [3, 3], padding: [1, 1, 1, 1], scale: [2, 2]),
    Layer(image: [2, 16, 6, 6], kernel: [3, 3], padding: [0, 1, 1, 0], scale: [2, 2]),
    Layer(image: [1, 16, 9, 6], kernel: [5, 4], padding: [2, 0, 1, 0], scale: [3, 1]),
    Layer(image: [2, 3, 4, 4], kernel: [1, 1], padding: [0, 0, 0, 0], scale: [2, 2]),
  ]

  @Test(arguments: upsampled)
  func `a convolution of an upsampled image`(_ layer: Layer) throws {
    try check(layer) { graph, convolution, operands throws(Diagnostic) in
      let large = try graph.apply(UpsampleNearest(scale: layer.scale), operands[0])
      return try graph.append(convolution, [large] + operands.dropFirst())[0]
    }
  }

  @Test(arguments: pooled)
  func `the average of a convolution`(_ layer: Layer) throws {
    try check(layer) { graph, convolution, operands throws(Diagnostic) in
      let large = try graph.append(convolution, operands)[0]
      return try graph.apply(AveragePool(PoolWindow(kernel: layer.scale)), large)
    }
  }

  /// Compares the values, all gradients, and the gradient of a function of the first gradient.
  private func check(
    _ layer: Layer,
    _ build: (inout Graph, Conv2D, [Value]) throws(Diagnostic) -> Value
  ) throws {
    var graph = Graph(name: "layer")
    let shapes = [layer.image, [3, layer.image[1]] + layer.kernel, [3]]
    let names = ["x", "weight", "bias"]
    let operands = zip(names, shapes).map {
      graph.addInput($0, kind: .caller, type: TensorType(.float32, $1))
    }
    let convolution = Conv2D(
      channels: 3, kernel: layer.kernel,
      window: ConvolutionWindow(padding: .explicit(layer.padding)), hasBias: true)
    let result = try build(&graph, convolution, operands)
    let loss = try graph.sum(graph.square(graph.tanh(result)))
    let slopes = try graph.append(GradientRequest(), [loss] + operands)
    let penalty = try graph.sum(graph.square(slopes[0]))
    let second = try graph.append(GradientRequest(), [penalty, operands[1]])
    graph.outputs = ([result] + slopes + second).enumerated().map {
      Graph.NamedValue("y\($0)", $1)
    }
    let inputs = Dictionary(
      uniqueKeysWithValues: zip(names, shapes).enumerated().map { index, input in
        let count = input.1.reduce(1, *)
        let numbers = Array(Numbers(seed: UInt64(index + 1)).prefix(count))
        return (input.0, ReferenceValue<Double>(shape: input.1, numbers))
      })
    let expected = try run(graph.applying(Pipeline.meaning), inputs)
    let rewritten = try graph.applying([resampledConvolution] + Pipeline.meaning)
    #expect(rewritten.nodes.count != (try graph.applying(Pipeline.meaning)).nodes.count)
    for (found, expected) in zip(try run(rewritten, inputs), expected) {
      #expect(found.count == expected.count)
      for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 1e-12 * max(1, abs(y))) }
    }
  }

  private func run(
    _ graph: Graph, _ inputs: [String: ReferenceValue<Double>]
  ) throws -> [[Double]] {
    let program = try PlanBuilder(states: []).reference(graph)
    let known = Set(program.inputs.map(\.name))
    let run = try ReferenceInterpreter<Double>(program, states: [])
      .run(inputs: inputs.filter { known.contains($0.key) })
    return try graph.outputs.map { try run.value($0.name).scalars }
  }
}
