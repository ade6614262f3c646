import GraphIR
import Operators

/// Which values are activations or their gradients, as against weights, their gradients, and what is made of these.
struct Activations {
  private var isActivation: [Bool]

  init(_ graph: Graph) {
    isActivation = [Bool](repeating: false, count: graph.types.count)
    for input in graph.inputs where input.kind == .caller {
      isActivation[input.value.index] = true
    }
    for node in graph.nodes {
      let result = follows(node, in: graph)
      for output in node.outputs { isActivation[output.index] = result }
    }
  }

  func contains(_ value: Value) -> Bool { isActivation[value.index] }

  private func follows(_ node: Node, in graph: Graph) -> Bool {
    switch node.op {
    case is any RandomOperator: true
    case is any ReductionOperator, is Moments, is Conv2DWeightGradient: false
    // A product of two activations sums over the batch: a weight's gradient.
    case is Matmul where graph.type(of: node.outputs[0]).rank == 2:
      contains(node.inputs[0]) != contains(node.inputs[1])
    default: node.inputs.contains(where: contains)
    }
  }
}
