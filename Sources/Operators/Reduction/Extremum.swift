import GraphIR

/// The gradient of `amax` and `amin`: shared equally among the elements that reach the extremum.
func extremumGradient(
  of node: Node, over: ReductionAxes, from gradient: Value, in graph: inout Graph
) throws(Diagnostic) -> Value {
  let x = node.inputs[0]
  let type = graph.type(of: x)
  let reached = try graph.equal(x, over.stretch(node.outputs[0], to: type, in: &graph))
  let count = try graph.sum(reached, axes: over.axes(of: type), keepingAxes: true)
  let share = try graph.divide(reached, count)
  return try graph.multiply(share, over.stretch(gradient, to: type, in: &graph))
}
