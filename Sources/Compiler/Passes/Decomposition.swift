import GraphIR

/// Writes composite operators in terms of others, as far as gradients need it.
///
///     %2: f32[4] = mean_square(%0, %1)   // loss
///
/// becomes
///
///     %3: f32[4] = subtract(%0, %1)   // loss
///     %2: f32[4] = square(%3)   // loss
///
/// Composites with a gradient rule of their own stay whole until `finalDecomposition`.
package let decomposition = Pass(
  "decomposition", "expands composite operators that have no gradient rule of their own"
) { graph, report throws(Diagnostic) in
  try decompose(&graph, .undifferentiable, &report)
}

/// Writes all composite operators in terms of others; behind it, every node has a way to be computed.
package let finalDecomposition = Pass(
  "final-decomposition", "expands the remaining composite operators, now that gradients are taken"
) { graph, report throws(Diagnostic) in
  try decompose(&graph, .all, &report)
}

private func decompose(
  _ graph: inout Graph, _ scope: Decomposer.Scope, _ report: inout PassReport
) throws(Diagnostic) {
  let needsWork = graph.nodes.contains { scope.covers($0.op) }
  guard needsWork else { return }
  var decomposer = Decomposer(scope)
  var result = graph.emptied()
  result.nodes.reserveCapacity(graph.nodes.count * 2)
  for node in graph.nodes { try decomposer.append(node, to: &result) }
  result.origin = graph.origin
  result.replaceUses(decomposer.replacements)
  graph = result
  for (name, count) in decomposer.counts.sorted(by: { $0.key < $1.key }) {
    report.applied("expanded \(name) \(count)×", at: Origin())
  }
}

/// Appends nodes to a graph, composites in expanded form.
struct Decomposer {
  /// Which composites are expanded.
  enum Scope {
    case undifferentiable, all

    func covers(_ op: any Operator) -> Bool {
      op is any CompositeOperator && (self == .all || !(op is any Differentiable))
    }
  }

  private let scope: Scope
  /// What stands for the results of expanded nodes.
  private(set) var replacements: [Value: Value] = [:]
  /// How many nodes of each operator were expanded.
  private(set) var counts: [String: Int] = [:]
  /// Random draws made by expansions so far, by path.
  private var draws: [String: Int] = [:]

  init(_ scope: Scope) { self.scope = scope }

  /// The value that stands for `value` now.
  func resolved(_ value: Value) -> Value { replacements[value] ?? value }

  /// Appends a node, or what it expands into; its operands are resolved first.
  mutating func append(_ node: Node, to graph: inout Graph) throws(Diagnostic) {
    var node = node
    for index in node.inputs.indices { node.inputs[index] = resolved(node.inputs[index]) }
    guard scope.covers(node.op), let composite = node.op as? any CompositeOperator else {
      graph.nodes.append(node)
      return
    }
    let start = graph.nodes.count
    graph.origin = node.origin
    let results = try composite.expand(node.inputs, in: &graph)
    let expansion = Array(graph.nodes[start...])
    graph.nodes.removeSubrange(start...)
    for var inner in expansion {
      if inner.op is any RandomOperator { makePathUnique(&inner.origin) }
      try append(inner, to: &graph)
    }
    for (old, new) in zip(node.outputs, results) { replacements[old] = resolved(new) }
    counts[node.op.name, default: 0] += 1
  }

  /// The first draw of a node keeps its path, so that it can be overridden by the node's own name.
  private mutating func makePathUnique(_ origin: inout Origin) {
    let count = draws[origin.path, default: 0] + 1
    draws[origin.path] = count
    if count > 1 { origin.path += "/\(count)" }
  }
}
