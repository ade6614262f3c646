import GraphIR
import Operators

/// The terms of a sum and of the sums within it that nobody else needs, in order.
struct FlattenedSum {
  struct Term {
    var value: Value
    /// What computes it, if nobody else reads it and it is no sum.
    var definer: Node?
  }

  private(set) var terms: [Term] = []
  /// The sums within.
  private(set) var inner: Set<Value> = []

  /// - Parameter named: values that keep their names, and are sums of their own, such as a weight's gradient.
  init(_ root: Node, in graph: Graph, _ uses: Uses, _ named: Set<Value>) {
    append(root, graph.type(of: root.outputs[0]), in: graph, uses, named)
  }

  private mutating func append(
    _ sum: Node, _ type: TensorType, in graph: Graph, _ uses: Uses, _ named: Set<Value>
  ) {
    for input in sum.inputs {
      guard graph.type(of: input) == type, uses.reasonToKeep(input) == nil,
        sum.inputs.count(where: { $0 == input }) == 1,
        let node = uses.definer(of: input).map({ graph.nodes[$0] })
      else {
        terms.append(Term(value: input))
        continue
      }
      if !(node.op is Add) {
        terms.append(Term(value: input, definer: node))
      } else if named.contains(input) {
        terms.append(Term(value: input))
      } else {
        inner.insert(input)
        append(node, type, in: graph, uses, named)
      }
    }
  }
}

extension Graph {
  /// Appends a sum and returns it; each term is appended when it is its turn.
  mutating func appendSum<Term>(
    of terms: [Term], _ append: (Term, inout Graph) throws(Diagnostic) -> Value
  ) throws(Diagnostic) -> Value {
    var sum = try append(terms[0], &self)
    for term in terms.dropFirst() {
      let value = try append(term, &self)
      sum = try add(sum, value)
    }
    return sum
  }
}
