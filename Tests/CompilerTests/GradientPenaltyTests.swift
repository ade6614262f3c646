import Compiler
import GraphIR
import Operators
import Testing

/// Sharing the chain of a gradient penalty gives the same values and gradients, in double precision.
@Suite struct GradientPenaltyTests {
  /// A critic with residual blocks, leaky ReLUs, pooling and a choice among logits, and its slope in the picture.
  private static func critic(_ graph: inout Graph, _ operands: [Value]) throws(Diagnostic)
    -> [Value]
  {
    let image = operands[0]
    let same = ConvolutionWindow(padding: .explicit([1, 1, 1, 1]))
    let first = try graph.apply(
      Conv2D(channels: 16, kernel: [3, 3], window: same), image, operands[1])
    let active = try graph.apply(LeakyRelu(slope: 0.2), first)
    let second = try graph.apply(
      Conv2D(channels: 16, kernel: [3, 3], window: same, hasBias: true), active, operands[2],
      operands[3])
    let joint = try graph.multiply(graph.add(first, second), 0.7)
    let small = try graph.apply(AveragePool(PoolWindow(kernel: [2, 2])), joint)
    let rows = try graph.reshape(
      graph.apply(LeakyRelu(slope: 0.2), small), to: [3, 16 * 2 * 2])
    let logits = try graph.apply(Linear(features: 2, hasBias: false), rows, operands[4])
    let chosen = try graph.sum(logits, axes: [1])
    let slope = try graph.append(GradientRequest(), [graph.sum(chosen), image])[0]
    return [chosen, slope]
  }

  private let comparison: RewriteComparison

  init() throws {
    comparison = try RewriteComparison(
      [
        "x": [3, 2, 4, 4], "first": [16, 2, 3, 3], "second": [16, 16, 3, 3], "bias": [16],
        "last": [2, 64],
      ], Self.critic)
  }

  private static let tidy = [simplification, commonSubexpressionElimination, deadCodeElimination]

  @Test func `one chain of gradients serves the loss and the penalty`() throws {
    let plain = try comparison.check(behind: Self.tidy)
    let shared = try comparison.check(
      behind: Self.tidy + [sharedSampleFactors, deadCodeElimination])
    #expect(
      convolutions(of: shared, "conv2d_input_gradient")
        < convolutions(of: plain, "conv2d_input_gradient"))
    let merged = try comparison.check(
      behind: Self.tidy + [sharedSampleFactors, deadCodeElimination, linearMerging])
    #expect(
      convolutions(of: merged, "conv2d_weight_gradient")
        < convolutions(of: shared, "conv2d_weight_gradient"))
  }

  @Test func `terms with an operand in common are merged`() throws {
    let plain = try comparison.check(behind: Self.tidy)
    let merged = try comparison.check(behind: Self.tidy + [linearMerging])
    #expect(merged.nodes.count { $0.op is Add } > 0)
    #expect(convolutions(of: merged, "conv2d") <= convolutions(of: plain, "conv2d"))
  }

  private func convolutions(of graph: Graph, _ name: String) -> Int {
    graph.nodes.count { $0.op.name == name }
  }
}
