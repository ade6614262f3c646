import Compiler
import GraphIR
import Operators
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

  /// Pads so far out that there is no box filter on the large side; the kernel can take it in all the same.
  @Test func `a padding as wide as the kernel allows`() throws {
    let convolution = Conv2D(
      channels: 3, kernel: [3, 3], window: ConvolutionWindow(padding: .explicit([2, 2, 2, 2])))
    let comparison = try RewriteComparison(["x": [2, 16, 3, 4], "weight": [3, 16, 3, 3]]) {
      graph, operands throws(Diagnostic) in
      let large = try graph.apply(UpsampleNearest(scale: [2, 2]), operands[0])
      return [try graph.apply(convolution, large, operands[1])]
    }
    let rewritten = try comparison.check(before: [.resampledConvolution { _ in .summedWeights }])
    #expect(
      rewritten.nodes.contains { node in
        node.op is Conv2DInputGradient && rewritten.shape(of: node.inputs[1]) == [16, 3, 4, 4]
      })
  }

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

  private func check(
    _ layer: Layer,
    _ build: (inout Graph, Conv2D, [Value]) throws(Diagnostic) -> Value
  ) throws {
    let convolution = Conv2D(
      channels: 3, kernel: layer.kernel,
      window: ConvolutionWindow(padding: .explicit(layer.padding)), hasBias: true)
    let comparison = try RewriteComparison(
      ["x": layer.image, "weight": [3, layer.image[1]] + layer.kernel, "bias": [3]]
    ) { graph, operands throws(Diagnostic) in
      [try build(&graph, convolution, operands)]
    }
    let plain = try comparison.check()
    for form in [ResampledForm.boxFilter, .summedWeights] {
      let rewritten = try comparison.check(before: [.resampledConvolution { _ in form }])
      #expect(rewritten.nodes.count != plain.nodes.count)
      let isSummed = rewritten.nodes.contains { node in
        guard node.op is Conv2D || node.op is Conv2DInputGradient else { return false }
        let taps = Array(rewritten.shape(of: node.inputs[1])[2...])
        return taps == zip(layer.kernel, layer.scale).map { $0 + $1 - 1 }
      }
      #expect(isSummed == (form == .summedWeights && layer.kernel != [1, 1]))
    }
  }
}
