import Compiler
import GraphIR
import Operators
import Testing

/// Matrix products in place of convolutions give the same values and gradients, in double precision.
@Suite struct ConvolutionAsProductTests {
  @Test(arguments: [[1, 1], [4, 4], [3, 2]], [true, false])
  func `a kernel as large as the picture`(kernel: [Int], hasBias: Bool) throws {
    let comparison = try RewriteComparison([
      "x": [3, 5] + kernel, "weight": [2, 5] + kernel, "bias": [2],
    ]) { graph, operands throws(Diagnostic) in
      let convolution = Conv2D(
        channels: 2, kernel: kernel, window: ConvolutionWindow(stride: [4, 4]), hasBias: hasBias)
      return [try graph.append(convolution, Array(operands.prefix(hasBias ? 3 : 2)))[0]]
    }
    let rewritten = try comparison.check(before: [convolutionAsProduct])
    #expect(rewritten.nodes.allSatisfy { !$0.op.name.hasPrefix("conv2d") })
  }
}
