import GraphIR
import Operators

/// Computes equal things once.
///
///     %1: f32[4] = tanh(%0)
///     %2: f32[4] = tanh(%0)      // removed; its readers read %1
///     %3: f32[4] = add(%1, %2)
///
/// Two nodes are equal when their operators have the same fingerprint and their operands are the same values. State is
/// data flow, so this holds across the steps of a training iteration. Random draws are never merged.
package let commonSubexpressionElimination = Pass(
  "common-subexpression-elimination", "computes equal expressions once"
) { graph, report throws(Diagnostic) in
  var known = [Expression: [Value]](minimumCapacity: graph.nodes.count)
  var replacements = [Value: Value]()
  var merged = [String: Int]()
  var kept = [Node]()
  kept.reserveCapacity(graph.nodes.count)
  for var node in graph.nodes {
    node.inputs = node.inputs.map { replacements[$0] ?? $0 }
    guard node.op.isPure else {
      kept.append(node)
      continue
    }
    let expression = Expression(node)
    if let outputs = known[expression] {
      for (old, new) in zip(node.outputs, outputs) { replacements[old] = new }
      merged[node.op.name, default: 0] += 1
    } else {
      known[expression] = node.outputs
      kept.append(node)
    }
  }
  graph.nodes = kept
  graph.replaceUses(replacements)
  for (name, count) in merged.sorted(by: { $0.key < $1.key }) {
    report.applied("merged \(name) \(count)×", at: Origin())
  }
}

/// What a node computes, comparable.
private struct Expression: Hashable {
  var fingerprint: String
  var inputs: [Value]

  init(_ node: Node) {
    fingerprint = node.op.fingerprint
    // Only a pair commutes exactly; the sum of three depends on their order.
    let commutes = (node.op is Add || node.op is Multiply) && node.inputs.count == 2
    inputs = commutes ? node.inputs.sorted() : node.inputs
  }
}
