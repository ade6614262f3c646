package import GraphIR

/// An operator that only gives its input another shape; the gradient gets the old one back.
package protocol ViewOperator: ReshapeOperator, SingleOutputDifferentiable, NetworkOperator {
  /// The shape of the result, or why the input cannot have it.
  func outputShape(_ input: TensorType) throws(Diagnostic) -> [Int]
}

extension ViewOperator {
  package static var category: Category { .shape }
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [TensorType(inputs[0].element, try outputShape(inputs[0]))]
  }

  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.reshape(gradient, to: graph.shape(of: node.inputs[0]))]
  }
}
