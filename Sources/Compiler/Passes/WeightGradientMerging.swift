import GraphIR
import Operators
import Plan

/// Takes the gradient of a large weight from all pictures at once instead of adding up one for each of its uses.
///
///     %4: f32[512×256×4×4] = conv2d_weight_gradient(%0, %1)     // %0: f32[8×256×8×8]
///     %5: f32[512×256×4×4] = conv2d_weight_gradient(%2, %3)
///     %6: f32[512×256×4×4] = add(%4, %5)
///
/// becomes
///
///     %7: f32[16×256×8×8] = concat(%0, %2) {axis: 0}
///     %8: f32[16×512×4×4] = concat(%1, %3) {axis: 0}
///     %6: f32[512×256×4×4] = conv2d_weight_gradient(%7, %8)
///
/// Where the images are small and the weight is large, that saves writing and adding gradients, and memory: what waits
/// for the other uses are images. Gradients of linear layers' weights, which are matrix products, are taken so too.
package let weightGradientMerging = Pass(
  "weight-gradient-merging", "takes the gradient of a weight from all of its uses at once"
) { graph, report throws(Diagnostic) in
  let uses = Uses(of: graph)
  let named = Set(graph.names.map(\.value))
  var sums: [Int: WeightGradientSum] = [:]
  var absorbed = Set<Value>()
  for (index, node) in graph.nodes.enumerated().reversed() where node.op is Add {
    guard !absorbed.contains(node.outputs[0]) else { continue }
    let sum = WeightGradientSum(node, in: graph, uses, named)
    absorbed.formUnion(sum.inner)
    guard !sum.absorbed.isEmpty else { continue }
    sums[index] = sum
    absorbed.formUnion(sum.absorbed)
    report.applied(sum.description(in: graph), at: node.origin)
  }
  guard !sums.isEmpty else { return }
  try graph.replacingNodes { index, graph throws(Diagnostic) in
    try sums[index]?.append(to: &graph)
  }
  let vanished = sums.values.reduce(into: Set<Value>()) {
    $0.formUnion($1.absorbed.union($1.inner))
  }
  graph.nodes.removeAll { vanished.contains($0.outputs[0]) }
  graph.names.removeAll { vanished.contains($0.value) }
}

/// A sum of which some terms are gradients of one weight.
private struct WeightGradientSum {
  /// One term, or the nodes of several gradients that become one.
  private struct Term {
    var value: Value
    var nodes: [Node] = []
  }

  private var terms: [Term] = []
  /// Gradients that are merged with others.
  private(set) var absorbed: Set<Value> = []
  /// Sums that are parts of this one.
  let inner: Set<Value>

  init(_ root: Node, in graph: Graph, _ uses: Uses, _ named: Set<Value>) {
    let sum = FlattenedSum(root, in: graph, uses, named)
    inner = sum.inner
    for term in sum.terms {
      let gradients = [term.definer].compactMap { $0 }.filter { $0.addsUpSamples(in: graph) }
      add(Term(value: term.value, nodes: gradients), in: graph)
    }
  }

  /// Puts a gradient to those over images of the same size, or a term behind all others.
  private mutating func add(_ term: Term, in graph: Graph) {
    guard let node = term.nodes.first else { return terms.append(term) }
    let place = terms.firstIndex { other in
      guard let first = other.nodes.first else { return false }
      return first.op.fingerprint == node.op.fingerprint
        && isWorthMerging(other.nodes + [node], in: graph)
        && zip(first.inputs, node.inputs).allSatisfy {
          graph.shape(of: $0).dropFirst() == graph.shape(of: $1).dropFirst()
        }
    }
    guard let place else { return terms.append(term) }
    terms[place].nodes.append(node)
    absorbed.formUnion([terms[place].value, term.value])
  }

  /// Of fewer numbers, adding gradients is no more work than putting images together.
  private static let leastCount = 1 << 16

  /// Whether a gradient is large, and the images take much less memory.
  private func isWorthMerging(_ nodes: [Node], in graph: Graph) -> Bool {
    let images = nodes.flatMap(\.inputs).reduce(0) { $0 + graph.type(of: $1).count }
    let count = graph.type(of: nodes[0].outputs[0]).count
    return count >= Self.leastCount && 3 * images <= count
  }

  func description(in graph: Graph) -> String {
    terms.filter { $0.nodes.count > 1 }.map {
      "take \(graph.type(of: $0.value)) from \($0.nodes.count) uses at once"
    }.joined(separator: "; ")
  }

  /// Appends the sum and returns it.
  func append(to graph: inout Graph) throws(Diagnostic) -> Value {
    try graph.appendSum(of: terms) { term, graph throws(Diagnostic) in
      try appended(term, to: &graph)
    }
  }

  private func appended(_ term: Term, to graph: inout Graph) throws(Diagnostic) -> Value {
    guard term.nodes.count > 1, let op = term.nodes.first?.op else { return term.value }
    var operands: [Value] = []
    for position in 0..<2 {
      operands.append(
        try graph.append(Concat(axis: 0), term.nodes.map { $0.inputs[position] })[0])
    }
    return try graph.append(op, operands, origin: term.nodes[0].origin)[0]
  }
}

extension Node {
  /// Whether the first axis of both operands is one of samples, over which the result is a sum.
  fileprivate func addsUpSamples(in graph: Graph) -> Bool {
    switch op {
    case is Conv2DWeightGradient: true
    case let product as Matmul:
      graph.type(of: outputs[0]).rank == 2 && product.transposesLeft && !product.transposesRight
        && !product.hasBias && product.activation == .identity
    default: false
    }
  }
}
