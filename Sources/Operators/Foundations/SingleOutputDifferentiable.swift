package import GraphIR

/// A differentiable operator whose one output always has a gradient when the rule is asked.
package protocol SingleOutputDifferentiable: Differentiable {
  /// The gradient with respect to each input, given the one with respect to the output.
  func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?]
}

extension SingleOutputDifferentiable {
  package func inputGradients(
    of node: Node, given gradients: [Value?], in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    guard let gradient = gradients[0] else { return node.inputs.map { _ in nil } }
    return try inputGradients(of: node, from: gradient, in: &graph)
  }
}
