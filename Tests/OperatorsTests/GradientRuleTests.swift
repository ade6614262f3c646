import GraphIR
import Operators
import Plan
import Testing

/// What every gradient rule must keep to, whatever the numbers.
@Suite struct GradientRuleTests {
  private static let differentiable = OperatorExamples.all.filter {
    OperatorCatalog.standard[$0.name] is any Differentiable.Type
  }

  /// A graph with the example's node, and a gradient for each of its float outputs.
  private func applied(
    _ example: Example, to graph: inout Graph
  ) throws -> (node: Node, gradients: [Value?]) {
    let op = try example.makeOperator()
    let inputs = try example.allOperands(of: op).enumerated().map { index, operand in
      graph.addInput("x\(index)", kind: .caller, type: operand.type)
    }
    let outputs = try graph.append(op, inputs)
    let gradients = outputs.map { output -> Value? in
      let type = graph.type(of: output)
      guard type.element == .float32 else { return nil }
      return graph.addInput("g\(output.index)", kind: .caller, type: type)
    }
    return (graph.nodes[graph.nodes.count - 1], gradients)
  }

  @Test(arguments: differentiable)
  func `gradients have the types of their inputs`(_ example: Example) throws {
    var graph = Graph(name: "g")
    let (node, given) = try applied(example, to: &graph)
    let op = try #require(node.op as? any Differentiable)
    let gradients = try op.inputGradients(of: node, given: given, in: &graph)
    #expect(gradients.count == node.inputs.count)
    #expect(gradients.contains { $0 != nil })
    for (input, gradient) in zip(node.inputs, gradients) {
      guard let gradient else { continue }
      #expect(graph.type(of: gradient) == graph.type(of: input))
      #expect(graph.type(of: input).element == .float32)
    }
  }

  @Test(arguments: differentiable)
  func `rules build nodes that have gradients themselves`(_ example: Example) throws {
    var graph = Graph(name: "g")
    let (node, given) = try applied(example, to: &graph)
    let start = graph.nodes.count
    let op = try #require(node.op as? any Differentiable)
    _ = try op.inputGradients(of: node, given: given, in: &graph)
    for built in graph.nodes[start...] {
      let op = built.op
      #expect(op is any Differentiable || op is any GradientStop || op is any CompositeOperator)
    }
  }

  @Test(arguments: [
    "relu", "leaky_relu", "tanh", "sigmoid", "exp", "sqrt", "rsqrt", "elu",
  ])
  func `rules of activations read the output alone`(_ name: String) throws {
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, [2, 3]))
    let g = graph.addInput("g", kind: .caller, type: TensorType(.float32, [2, 3]))
    let op = try OperatorCatalog.standard.make(name)
    _ = try graph.append(op, [x])
    let node = graph.nodes[0]
    let rule = try #require(op as? any Differentiable)
    _ = try rule.inputGradients(of: node, given: [g], in: &graph)
    #expect(graph.nodes.dropFirst().allSatisfy { !$0.inputs.contains(x) })
  }

  @Test func `a convolution's passes are each other's gradients`() throws {
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, [2, 3, 8, 8]))
    let w = graph.addInput("w", kind: .caller, type: TensorType(.float32, [4, 3, 4, 4]))
    let window = ConvolutionWindow(stride: [2, 2], padding: .explicit([1, 1, 1, 1]))
    let y = try graph.apply(Conv2D(channels: 4, kernel: [4, 4], window: window), x, w)
    func gradients(_ index: Int, _ gradient: Value) throws -> [String] {
      let node = graph.nodes[index]
      let rule = try #require(node.op as? any Differentiable)
      let start = graph.nodes.count
      _ = try rule.inputGradients(of: node, given: [gradient], in: &graph)
      return graph.nodes[start...].map(\.op.name)
    }
    #expect(try gradients(0, y) == ["conv2d_input_gradient", "conv2d_weight_gradient"])
    #expect(try gradients(1, x) == ["conv2d_weight_gradient", "conv2d"])
    #expect(try gradients(2, w) == ["conv2d_input_gradient", "conv2d"])
  }

  @Test func `upsampling by pixels and pooling side by side are adjoint`() throws {
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, [1, 2, 4, 6]))
    _ = try graph.apply(AveragePool(PoolWindow(kernel: [2, 3])), x)
    let g = graph.addInput("g", kind: .caller, type: TensorType(.float32, [1, 2, 2, 2]))
    _ = try AveragePool(PoolWindow(kernel: [2, 3]))
      .inputGradients(of: graph.nodes[0], given: [g], in: &graph)
    #expect(graph.nodes.last?.op.fingerprint == "upsample_nearest scale=[2, 3]")
  }

  @Test func `batch norm passes over x and its gradient once for the sums and once for dx`() throws
  {
    var graph = Graph(name: "g")
    let type = TensorType(.float32, [4, 3, 5, 5])
    let x = graph.addInput("x", kind: .caller, type: type)
    let channel = (0..<4).map {
      graph.addInput("p\($0)", kind: .caller, type: TensorType(.float32, [3]))
    }
    let op = try OperatorCatalog.standard.make("batch_norm")
    _ = try graph.append(op, [x] + channel)
    let g = graph.addInput("g", kind: .caller, type: type)
    let rule = try #require(op as? any Differentiable)
    let node = graph.nodes[0]
    _ = try rule.inputGradients(of: node, given: [g, nil, nil, nil, nil], in: &graph)
    // x - mean and x̂ twice each (merged later), g·x̂, g - Σg/n, (x - mean)·slope, their difference, times factor.
    let large = graph.nodes.dropFirst().filter { graph.type(of: $0.outputs[0]) == type }
    #expect(large.count == 8)
    let sums = graph.nodes.filter { $0.op is Sum }
    #expect(sums.count == 2)
  }
}
