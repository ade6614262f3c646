import GraphIR
import Operators
import Plan

/// Gives convolutions and matrix products the bias and the activation behind them, which their kernels apply for free.
///
///     %3: f32[4×8×9×9] = conv2d(%0, %1) {bias: false}
///     %4: f32[4×8×9×9] = add(%3, %2)
///     %5: f32[4×8×9×9] = relu(%4)
///
/// becomes
///
///     %6: f32[8] = reshape(%2) {shape: [8]}
///     %5: f32[4×8×9×9] = conv2d(%0, %1, %6) {bias: true, activation: "relu"}
///
/// What vanishes must have no other reader. Gradients of activations read results, not operands, so training programs
/// fuse as well.
package let convolutionBiasActivation = Pass(
  "convolution-bias-activation", "lets convolutions and products apply bias and activation"
) { graph, report throws(Diagnostic) in
  var fusion = EpilogueFusion(graph)
  for index in graph.nodes.indices { try fusion.visit(index, &report) }
  graph = fusion.finished()
}

private struct EpilogueFusion {
  private var graph: Graph
  private let uses: Uses
  /// What stands at each place of the program now: nothing, a node, or a node and what it needs first.
  private var places: [[Node]]
  private var vanished = Set<Value>()

  init(_ source: Graph) {
    graph = source
    uses = Uses(of: source)
    places = source.nodes.map { [$0] }
  }

  mutating func visit(_ index: Int, _ report: inout PassReport) throws(Diagnostic) {
    let node = graph.nodes[index]
    if let activation = node.op.fusableActivation {
      guard let kernel = kernel(defining: node.inputs[0]) else { return }
      let fused = kernel.with(activation: activation, outputs: node.outputs)
      replace(index, by: [fused], absorbing: node.inputs[0], &report)
    } else if node.op is Add, node.inputs.count == 2 {
      for (operand, bias) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let kernel = kernel(defining: operand), kernel.inputs.count == 2,
          let fused = try biased(kernel, by: bias, outputs: node.outputs)
        else { continue }
        replace(index, by: fused, absorbing: operand, &report)
        return
      }
    }
  }

  func finished() -> Graph {
    var result = graph
    result.nodes = places.flatMap(\.self)
    result.names.removeAll { vanished.contains($0.value) }
    return result
  }

  /// The convolution or product that defines a value, if it applies nothing to its result yet.
  private func kernel(defining value: Value) -> Node? {
    guard let kernel = uses.definer(of: value).flatMap({ places[$0].last }) else { return nil }
    return kernel.op.fusedActivation == .identity ? kernel : nil
  }

  /// Puts `nodes` in place of a node and of the kernel that defines its operand, if nobody else reads that.
  private mutating func replace(
    _ index: Int, by nodes: [Node], absorbing operand: Value, _ report: inout PassReport
  ) {
    let node = graph.nodes[index]
    guard let producer = uses.definer(of: operand), let kernel = places[producer].last else {
      return
    }
    let what = "fuse \(node.op.name) into \(kernel.op.name)"
    if let reason = uses.reasonToKeep(operand) {
      report.refused(what, because: reason, at: node.origin)
      return
    }
    report.applied(what, at: node.origin)
    // What a bias needed first stays where it was; the kernel moves to its reader's place.
    places[producer].removeLast()
    places[index] = nodes
    vanished.insert(operand)
  }

  /// The kernel with a third operand, behind the reshape that this may need; nil if `bias` is no number a channel.
  private mutating func biased(
    _ kernel: Node, by bias: Value, outputs: [Value]
  ) throws(Diagnostic) -> [Node]? {
    let result = graph.type(of: kernel.outputs[0])
    // Operands broadcast from the last axis: of a matrix that is the columns', of images the third from behind.
    let axisFromEnd = kernel.op is Matmul ? 1 : 3
    let channels = result.shape[result.rank - axisFromEnd]
    let type = graph.type(of: bias)
    guard type.count == channels, axisFromEnd...result.rank ~= type.rank,
      type.shape[type.rank - axisFromEnd] == channels
    else { return nil }
    if let flat = flatOrigin(of: bias, channels) {
      return [kernel.with(bias: flat, outputs: outputs)]
    }
    let flat = graph.makeValue(TensorType(.float32, [channels]))
    let reshape = Node(
      op: Reshape(shape: [channels]), inputs: [bias], outputs: [flat], origin: kernel.origin)
    return [reshape, kernel.with(bias: flat, outputs: outputs)]
  }
}

extension EpilogueFusion {
  /// A bias that is a vector already, or was one before it was reshaped.
  private func flatOrigin(of bias: Value, _ channels: Int) -> Value? {
    guard graph.type(of: bias).rank != 1 else { return bias }
    guard let index = uses.definer(of: bias), graph.nodes[index].op is any ReshapeOperator,
      case let source = graph.nodes[index].inputs[0], graph.type(of: source).shape == [channels]
    else { return nil }
    return source
  }
}

// MARK: What kernels can apply

extension Operator {
  /// The activation that this operator is, if kernels can apply it.
  fileprivate var fusableActivation: ConvolutionCall.Activation? {
    switch self {
    case is Relu: .relu
    case let leaky as LeakyRelu: .leakyRelu(slope: leaky.slope)
    case is Tanh: .tanh
    case is Sigmoid: .sigmoid
    default: nil
    }
  }

  /// What this kernel applies already; nil if it cannot apply anything.
  fileprivate var fusedActivation: ConvolutionCall.Activation? {
    switch self {
    case let convolution as Conv2D: convolution.activation
    case let gradient as Conv2DInputGradient: gradient.activation
    case let product as Matmul: product.activation
    default: nil
    }
  }
}

extension Node {
  fileprivate func with(
    activation: ConvolutionCall.Activation, outputs: [Value]
  ) -> Node {
    with(outputs: outputs, inputs: inputs) { op in
      switch op {
      case var convolution as Conv2D:
        convolution.activation = activation
        return convolution
      case var gradient as Conv2DInputGradient:
        gradient.activation = activation
        return gradient
      case var product as Matmul:
        product.activation = activation
        return product
      default: return op
      }
    }
  }

  fileprivate func with(bias: Value, outputs: [Value]) -> Node {
    with(outputs: outputs, inputs: inputs + [bias]) { op in
      switch op {
      case var convolution as Conv2D:
        convolution.hasBias = true
        return convolution
      case var gradient as Conv2DInputGradient:
        gradient.hasBias = true
        return gradient
      case var product as Matmul:
        product.hasBias = true
        return product
      default: return op
      }
    }
  }

  private func with(
    outputs: [Value], inputs: [Value], _ change: (any Operator) -> any Operator
  ) -> Node {
    Node(op: change(op), inputs: inputs, outputs: outputs, origin: origin)
  }
}
