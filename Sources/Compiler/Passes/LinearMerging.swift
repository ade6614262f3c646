import GraphIR
import Operators
import Plan

/// Applies a bilinear operation once to the sum of its operands instead of to each of them.
///
///     %4: f32[5×8×3×3] = conv2d_weight_gradient(%0, %2)
///     %5: f32[5×8×3×3] = conv2d_weight_gradient(%1, %2)
///     %6: f32[5×8×3×3] = add(%4, %5)
///
/// becomes
///
///     %7: f32[4×8×9×9] = add(%0, %1)
///     %6: f32[5×8×3×3] = conv2d_weight_gradient(%7, %2)
///
/// Convolutions, their gradients and matrix products are linear in either operand; terms of a sum that have the other
/// one in common become one. Gradient penalties add such terms to every weight's gradient.
package let linearMerging = Pass(
  "linear-merging", "applies a linear operation to a sum instead of to its terms"
) { graph, report throws(Diagnostic) in
  let uses = Uses(of: graph)
  let named = Set(graph.names.map(\.value))
  var sums: [Int: MergedSum] = [:]
  var absorbed = Set<Value>()
  for (index, node) in graph.nodes.enumerated().reversed() where node.op is Add {
    guard !absorbed.contains(node.outputs[0]) else { continue }
    let sum = MergedSum(node, in: graph, uses, named)
    guard !sum.isUnchanged else { continue }
    sums[index] = sum
    absorbed.formUnion(sum.absorbed)
    report.applied(sum.description(in: graph), at: node.origin)
  }
  guard !sums.isEmpty else { return }
  try graph.replacingNodes { index, graph throws(Diagnostic) in try sums[index]?.append(to: &graph)
  }
  graph.nodes.removeAll { absorbed.contains($0.outputs[0]) }
  graph.names.removeAll { absorbed.contains($0.value) }
}

/// A sum whose terms have been merged where that saves work.
private struct MergedSum {
  /// One term, or several that differ in one operand.
  private struct Term {
    var value: Value
    /// What computes it, if nobody else reads it.
    var node: Node?
    /// The operands of all nodes at the place where they differ.
    var operands: [Value] = []
    /// The place where they differ; nil as long as there is one node.
    var place: Int?
  }

  private var terms: [Term] = []
  /// Values that nobody needs any more.
  private(set) var absorbed: Set<Value> = []

  init(_ root: Node, in graph: Graph, _ uses: Uses, _ named: Set<Value>) {
    let sum = FlattenedSum(root, in: graph, uses, named)
    for term in sum.terms {
      let isBilinear = term.definer?.op.isBilinear == true
      add(Term(value: term.value, node: isBilinear ? term.definer : nil), in: graph)
    }
    if !absorbed.isEmpty { absorbed.formUnion(sum.inner) }
  }

  var isUnchanged: Bool { absorbed.isEmpty }

  /// Puts a term to another that it can be merged with, or behind all others.
  private mutating func add(_ term: Term, in graph: Graph) {
    guard let node = term.node else { return terms.append(term) }
    for index in terms.indices {
      guard let other = terms[index].node, other.op.fingerprint == node.op.fingerprint else {
        continue
      }
      let places = terms[index].place.map { [$0] } ?? [0, 1]
      for place in places
      where node.inputs[1 - place] == other.inputs[1 - place]
        && graph.type(of: node.inputs[place]) == graph.type(of: other.inputs[place])
        && isWorthMerging(node, place, in: graph)
      {
        if terms[index].operands.isEmpty { terms[index].operands = [other.inputs[place]] }
        terms[index].operands.append(node.inputs[place])
        terms[index].place = place
        absorbed.formUnion([term.value, terms[index].value])
        return
      }
    }
    terms.append(term)
  }

  /// Whether an application costs more than adding its operand to another: some dozen products a number moved.
  private func isWorthMerging(_ node: Node, _ place: Int, in graph: Graph) -> Bool {
    guard let products = node.products(in: graph) else { return false }
    return products >= 48 * graph.type(of: node.inputs[place]).count
  }

  func description(in graph: Graph) -> String {
    var counts: [String: (terms: Int, products: Int)] = [:]
    for term in terms where term.place != nil {
      guard let node = term.node else { continue }
      let saved = (node.products(in: graph) ?? 0) * (term.operands.count - 1)
      counts[node.op.name, default: (0, 0)].terms += term.operands.count
      counts[node.op.name, default: (0, 0)].products += saved
    }
    return counts.sorted { $0.key < $1.key }.map { name, count in
      "merge \(count.terms) terms of \(name), saving \(count.products.abbreviated) multiplications"
    }.joined(separator: "; ")
  }

  /// Appends the sum and returns it.
  func append(to graph: inout Graph) throws(Diagnostic) -> Value {
    try graph.appendSum(of: terms) { term, graph throws(Diagnostic) in
      try appended(term, to: &graph)
    }
  }

  private func appended(_ term: Term, to graph: inout Graph) throws(Diagnostic) -> Value {
    guard let place = term.place, let node = term.node else { return term.value }
    var operand = term.operands[0]
    for other in term.operands.dropFirst() { operand = try graph.add(operand, other) }
    var inputs = node.inputs
    inputs[place] = operand
    return try graph.append(node.op, inputs, origin: node.origin)[0]
  }
}

extension Operator {
  /// Whether this operator is linear in each of two operands.
  fileprivate var isBilinear: Bool {
    switch self {
    case let convolution as Conv2D: !convolution.hasBias && convolution.activation == .identity
    case let gradient as Conv2DInputGradient:
      !gradient.hasBias && gradient.activation == .identity
    case is Conv2DWeightGradient: true
    case let product as Matmul: !product.hasBias && product.activation == .identity
    default: false
    }
  }
}
