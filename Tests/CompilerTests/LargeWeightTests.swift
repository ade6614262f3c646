import Compiler
import GraphIR
import Operators
import Plan
import Runtime
import Testing

/// Gradients of large weights are taken at once and in parts, and the program means what it meant.
@Suite struct LargeWeightTests {
  /// A weight on two batches of small pictures.
  private static func twice(_ graph: inout Graph, _ operands: [Value]) throws(Diagnostic) -> [Value]
  {
    let convolution = Conv2D(
      channels: 96, kernel: [3, 3], window: ConvolutionWindow(padding: .explicit([1, 1, 1, 1])))
    return try [operands[0], operands[1]].map { image throws(Diagnostic) in
      try graph.apply(convolution, image, operands[2])
    }
  }

  @Test func `the gradients of two uses are one, in double precision`() throws {
    let comparison = try RewriteComparison(
      ["a": [2, 80, 2, 2], "b": [3, 80, 2, 2], "weight": [96, 80, 3, 3]], Self.twice)
    let tidy = [simplification, commonSubexpressionElimination, deadCodeElimination]
    let plain = try comparison.check(behind: tidy)
    let merged = try comparison.check(behind: tidy + [weightGradientMerging])
    #expect(gradients(in: merged) < gradients(in: plain))
  }

  /// Batches of different sizes, or one matrix for each sample, which is not added up.
  @Test(arguments: [
    ([2, 160], [3, 160], [512, 160], true), ([2, 3, 160], [2, 5, 160], [2, 512, 160], false),
  ])
  func `those of a linear layer are one product`(
    a: [Int], b: [Int], weight: [Int], isMerged: Bool
  ) throws {
    let comparison = try RewriteComparison(["a": a, "b": b, "weight": weight]) {
      graph, operands throws(Diagnostic) in
      try [operands[0], operands[1]].map { image throws(Diagnostic) in
        try graph.apply(Matmul(transposesRight: true), image, operands[2])
      }
    }
    let tidy = [simplification, commonSubexpressionElimination, deadCodeElimination]
    let plain = try comparison.check(behind: tidy)
    let merged = try comparison.check(behind: tidy + [weightGradientMerging])
    #expect((gradients(in: merged) < gradients(in: plain)) == isMerged)
  }

  private func gradients(in graph: Graph) -> Int {
    graph.nodes.count { node in
      node.op is Conv2DWeightGradient || (node.op as? Matmul)?.transposesLeft == true
    }
  }

  /// A critic's weight of 18 MiB on two batches, updated with a moment.
  private static let training = """
    graph train {
      %0: f32[1×512×2×2] = input "real"
      %1: f32[2×512×2×2] = input "drawn"
      %2: f32[1024×512×3×3] = state "w"
      %3: f32[1024×512×3×3] = state "m"
      %4: f32[1×1024×2×2] = conv2d(%0, %2) {channels: 1024, kernel: 3, padding: 1, bias: false}
      %5: f32[2×1024×2×2] = conv2d(%1, %2) {channels: 1024, kernel: 3, padding: 1, bias: false}
      %6: f32[1×1024×2×2] = tanh(%4)
      %7: f32[2×1024×2×2] = tanh(%5)
      %8: f32[] = mean(%6)
      %9: f32[] = mean(%7)
      %10: f32[] = sub(%8, %9)
      %11: f32[1024×512×3×3] = gradient(%10, %2)
      %12: f32[1024×512×3×3] = add(%3, %11)
      %13: f32[1024×512×3×3] = sub(%2, %12)
      output "loss" %10
      update "m" %12
      update "w" %13
      name "slope" %11
    }
    """

  private func plan(without passes: Set<String> = []) throws -> Plan {
    let graph = try GraphParser.parse(Self.training, catalog: .standard)
    let states = ["w", "m"].map {
      StateDeclaration(
        name: $0, shape: [1024, 512, 3, 3], role: .parameter,
        initializer: .normal(mean: 0, std: 0.02))
    }
    let model = Model(
      name: "large", sourceHash: "", parameters: [:], states: states, programs: [graph],
      data: [], report: [], networks: [])
    var options = CompileOptions()
    options.without = passes
    return try Compiler.compile(model, options: options).plan
  }

  @Test func `the gradient is never whole`() throws {
    let (parts, whole) = (try plan(), try plan(without: ["weight-updates"]))
    try PlanChecker.check(parts)
    #expect(parts.programs[0].calls.contains { $0.kernel.name == "weightUpdate" })
    #expect(parts.programs[0].memory.arena < 2 << 20)
    #expect(whole.programs[0].memory.arena > 18 << 20)
  }

  @Test func `losses, gradients and weights are those of the reference`() throws {
    let differences = try Runtime.Verifier.compare(plan(), program: "train")
    for name in ["loss", "slope", "state m", "state w"] {
      let difference = try #require(differences.first { $0.name == name })
      #expect(difference.maxRelative < 1e-5, "\(difference)")
    }
  }

  @Test func `losses and weights do not depend on the parts, in double precision`() throws {
    let graph = try GraphParser.parse(Self.training, catalog: .standard)
    let passes = Pipeline.rewriting + Pipeline.planning
    let whole = try graph.applying(passes.filter { $0.name != weightUpdates.name })
    let parts = try graph.applying(passes)
    #expect(!whole.nodes.contains { $0.op is WeightUpdate })
    #expect(parts.nodes.contains { $0.op is WeightUpdate })
    let expected = try DoubleRun(whole, scale: 0.1)
    try DoubleRun(parts, scale: 0.1).expectEqual(expected)
    let plain = try DoubleRun(graph.applying(Pipeline.meaning), scale: 0.1)
    expected.expectEqual(plain, within: 1e-12)
  }
}
