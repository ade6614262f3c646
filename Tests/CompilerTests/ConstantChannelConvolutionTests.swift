import Compiler
import GraphIR
import Operators
import Testing

/// Constant channels that are convolved once a picture give the same values and gradients, in double precision.
@Suite struct ConstantChannelConvolutionTests {
  struct Layer: Sendable, CustomTestStringConvertible {
    var extent: [Int]
    var kernel: [Int]
    /// Top, left, bottom, right.
    var padding: [Int]
    var stride = [1, 1]
    var testDescription: String { "\(extent) \(kernel) \(padding) \(stride)" }
  }

  static let layers = [
    Layer(extent: [4, 4], kernel: [3, 3], padding: [1, 1, 1, 1]),
    Layer(extent: [7, 5], kernel: [3, 3], padding: [1, 1, 1, 1]),
    // Every place of the result is at a border, some at both.
    Layer(extent: [2, 3], kernel: [3, 3], padding: [1, 1, 1, 1]),
    Layer(extent: [6, 5], kernel: [5, 3], padding: [2, 0, 1, 2]),
    Layer(extent: [8, 9], kernel: [4, 4], padding: [1, 1, 1, 1], stride: [2, 2]),
    Layer(extent: [7, 7], kernel: [3, 2], padding: [1, 1, 0, 0], stride: [3, 2]),
    // Nothing is outside.
    Layer(extent: [5, 6], kernel: [1, 1], padding: [0, 0, 0, 0]),
    Layer(extent: [5, 6], kernel: [3, 2], padding: [0, 0, 0, 0], stride: [2, 1]),
  ]

  @Test(arguments: layers)
  func `channels that are equal at all places`(_ layer: Layer) throws {
    let convolution = Conv2D(
      channels: 3, kernel: layer.kernel,
      window: ConvolutionWindow(stride: layer.stride, padding: .explicit(layer.padding)),
      hasBias: true)
    let comparison = try RewriteComparison([
      "x": [8, 4] + layer.extent, "code": [8, 48, 1, 1], "other": [8, 3] + layer.extent,
      "last": [8, 9, 1, 1], "weight": [3, 4 + 48 + 3 + 9] + layer.kernel, "bias": [3],
    ]) { graph, operands throws(Diagnostic) in
      let everywhere = try graph.apply(UpsampleNearest(scale: layer.extent), operands[1])
      let last = try graph.broadcast(operands[3], to: [8, 9] + layer.extent)
      let joint = try graph.concat([operands[0], everywhere, operands[2], last], axis: 1)
      return [try graph.append(convolution, [joint, operands[4], operands[5]])[0]]
    }
    let rewritten = try comparison.check(before: [constantChannelConvolution])
    let widest = rewritten.nodes.filter { $0.op is Conv2D }.map {
      rewritten.shape(of: $0.inputs[0])[1]
    }
    #expect(widest.max() == 7)
  }
}
