import Compiler
import GraphIR
import Operators
import Plan
import Testing

/// Tensors that are computed again by chains of kernels are those that were computed first.
@Suite struct ChainRecomputationTests {
  /// A critic of many layers, the first of which makes wide pictures of a few channels, and an update of its weights.
  static func training() throws -> Graph {
    var graph = Graph(name: "train")
    let image = graph.addInput("image", kind: .caller, type: TensorType(.float32, [2, 3, 12, 12]))
    let weights = [("first", [16, 3, 3, 3]), ("second", [16, 16, 3, 3])].map { name, shape in
      graph.addInput(name, kind: .state(name), type: TensorType(.float32, shape))
    }
    let convolution = Conv2D(
      channels: 16, kernel: [3, 3], window: ConvolutionWindow(padding: .explicit([1, 1, 1, 1])))
    var picture = try graph.apply(convolution, image, weights[0])
    for _ in 0..<12 {
      picture = try graph.tanh(graph.apply(convolution, picture, weights[1]))
    }
    let loss = try graph.sum(graph.square(picture))
    let gradients = try graph.append(GradientRequest(), [loss] + weights)
    graph.outputs = [.init("loss", loss)]
    for (index, name) in ["first", "second"].enumerated() {
      graph.outputs.append(.init("gradient of \(name)", gradients[index]))
      let step = try graph.multiply(gradients[index], 0.01)
      graph.stateUpdates.append(.init(name, try graph.subtract(weights[index], step)))
    }
    return graph
  }

  @Test func `losses, gradients and weights stay the same, in double precision`() throws {
    let graph = try Self.training()
    let passes = Pipeline.rewriting + Pipeline.planning
    let once = try graph.applying(passes.filter { $0.name != chainRecomputation.name })
    let again = try graph.applying(passes)
    #expect(convolutions(in: again) > convolutions(in: once))
    let expected = try DoubleRun(once, scale: 0.3)
    try DoubleRun(again, scale: 0.3).expectEqual(expected)
    let plain = try DoubleRun(graph.applying(Pipeline.meaning), scale: 0.3)
    expected.expectEqual(plain, within: 1e-12)
  }

  @Test func `a limit of memory is kept by computing more again, if it can be`() throws {
    let graph = try Self.training()
    let model = Model(
      name: "critic", sourceHash: "", parameters: [:],
      states: [("first", [16, 3, 3, 3]), ("second", [16, 16, 3, 3])].map { name, shape in
        StateDeclaration(
          name: name, shape: shape, role: .parameter, initializer: .normal(mean: 0, std: 0.02))
      }, programs: [graph], data: [], report: [], networks: [])
    func plan(_ recomputation: RecomputationBudget) throws -> Plan {
      var options = CompileOptions()
      options.recomputation = recomputation
      return try Compiler.compile(model, options: options).plan
    }
    func bytes(_ plan: Plan) -> Int {
      plan.programs[0].memory.arena + plan.states.reduce(0) { $0 + 4 * $1.shape.reduce(1, *) }
    }
    let (standard, smallest) = (try plan(.standard), try plan(.greatest))
    try #require(bytes(smallest) < bytes(standard))
    for (limit, expected) in [
      (bytes(standard), bytes(standard)), (bytes(smallest), bytes(smallest)),
      (bytes(smallest) - 1, bytes(smallest)),
    ] {
      let found = try Compiler.compile(
        model, options: CompileOptions(), within: MemoryLimit(bytes: limit)
      ).plan
      #expect(bytes(found) == expected)
    }
  }

  @Test(arguments: RecomputationBudget.rising)
  func `however much is computed again, results stay the same`(_ budget: RecomputationBudget) throws
  {
    let graph = try Self.training()
    let passes = (Pipeline.rewriting + Pipeline.planning).map {
      $0.name == chainRecomputation.name ? .chainRecomputation(within: budget) : $0
    }
    let again = try DoubleRun(graph.applying(passes), scale: 0.3)
    try again.expectEqual(DoubleRun(graph.applying(Pipeline.meaning), scale: 0.3), within: 1e-12)
  }

  private func convolutions(in graph: Graph) -> Int { graph.nodes.count { $0.op is Conv2D } }
}
