import Compiler
import GraphIR
import Operators
import Testing

/// What is computed once for a batch gives the same values and gradients as what is computed again for parts of it.
@Suite struct SharedSlicesTests {
  /// Two convolutions with an activation between them, of a batch and of two parts of it, the second one first.
  private func comparison() throws -> RewriteComparison {
    let convolution = Conv2D(
      channels: 3, kernel: [3, 3], window: ConvolutionWindow(padding: .explicit([1, 1, 1, 1])))
    return try RewriteComparison([
      "x": [4, 2, 5, 5], "first": [3, 2, 3, 3], "second": [3, 3, 3, 3], "matrix": [2, 75],
    ]) { graph, operands throws(Diagnostic) in
      var results: [Value] = []
      for samples in [1..<4, 0..<4, 0..<2] {
        let part = samples.count == 4 ? operands[0] : try graph.slice(operands[0], axis: 0, samples)
        let hidden = try graph.tanh(graph.apply(convolution, part, operands[1]))
        let image = try graph.apply(convolution, hidden, operands[2])
        let rows = try graph.reshape(image, to: [samples.count, 75])
        results.append(try graph.apply(Linear(features: 2, hasBias: false), rows, operands[3]))
      }
      return results
    }
  }

  @Test func `parts of a batch`() throws {
    let comparison = try comparison()
    let plain = try comparison.check()
    let rewritten = try comparison.check(before: [sharedSlices])
    for kind in ["conv2d", "conv2d_weight_gradient", "conv2d_input_gradient", "matmul"] {
      let counts = [plain, rewritten].map { $0.nodes.count { $0.op.name == kind } }
      #expect(counts[1] < counts[0], "\(kind): \(counts)")
    }
  }
}
