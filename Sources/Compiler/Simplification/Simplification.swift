import GraphIR
import Operators

/// Folds constants and applies the identities of arithmetic and of shapes.
///
///     %1: f32[] = constant() {value: 1.0}
///     %2: f32[4] = mul(%0, %1)
///     %3: f32[4×1] = reshape(%2) {shape: [4, 1]}
///     %4: f32[2×2] = reshape(%3) {shape: [2, 2]}
///
/// becomes, when dead code is gone,
///
///     %5: f32[2×2] = reshape(%0) {shape: [2, 2]}
///
/// Rules hold for infinities and NaN as well; that is why `x · 0` and `x - x` stay. Up to two things: the sign of a
/// zero may change, and chains of constants may round differently in the last place. `stop_gradient` has done its work
/// by now and vanishes.
package let simplification = Pass(
  "simplification", "folds constants and applies identities of arithmetic and shapes"
) { graph, report throws(Diagnostic) in
  var simplifier = Simplifier(graph)
  for node in graph.nodes { try simplifier.append(node) }
  graph.become(simplifier.finished())
  for (rule, count) in simplifier.counts.sorted(by: { $0.key < $1.key }) {
    report.applied("\(rule) \(count)×", at: Origin())
  }
}

/// Rebuilds a graph node by node; each node is replaced by something simpler for as long as a rule fits.
struct Simplifier {
  private(set) var graph: Graph
  /// How often each rule was applied.
  private(set) var counts: [String: Int] = [:]
  private var replacements: [Value: Value] = [:]
  /// The index of the node that defines each value; nil for inputs.
  private var definers: [Int?]

  init(_ source: Graph) {
    graph = source.emptied()
    graph.nodes.reserveCapacity(source.nodes.count)
    definers = [Int?](repeating: nil, count: source.types.count)
  }

  mutating func append(_ node: Node) throws(Diagnostic) {
    var node = node
    node.inputs = node.inputs.map { replacements[$0] ?? $0 }
    graph.origin = node.origin
    if node.outputs.count == 1, let value = try simplified(node) {
      replacements[node.outputs[0]] = value
    } else {
      define(node)
    }
  }

  func finished() -> Graph {
    var result = graph
    result.replaceUses(replacements)
    return result
  }

  // MARK: For the rules

  /// What stands for the result of a node with one output; nil if no rule fits.
  private mutating func simplified(_ node: Node) throws(Diagnostic) -> Value? {
    if let value = try folded(node) { return value }
    if let value = try arithmeticallySimplified(node) { return value }
    return try reshaped(node)
  }

  /// Counts an application of a rule.
  mutating func applied(_ rule: String) { counts[rule, default: 0] += 1 }

  /// The result of an operator with one output, simplified in turn.
  mutating func build(_ op: any Operator, _ inputs: [Value]) throws(Diagnostic) -> Value {
    let type = try op.outputTypes(inputs.map(graph.type(of:)))[0]
    let node = Node(op: op, inputs: inputs, outputs: [graph.makeValue(type)], origin: graph.origin)
    if let value = try simplified(node) { return value }
    define(node)
    return node.outputs[0]
  }

  /// The value in the type of another, whose shape it broadcasts to.
  mutating func stretch(_ value: Value, like other: Value) throws(Diagnostic) -> Value {
    let shape = graph.type(of: other).shape
    return graph.type(of: value).shape == shape ? value : try build(BroadcastTo(shape), [value])
  }

  /// The node that defines a value; nil for inputs.
  func definition(of value: Value) -> Node? {
    value.index < definers.count ? definers[value.index].map { graph.nodes[$0] } : nil
  }

  /// The number of which all elements consist, if the value is a constant.
  func number(_ value: Value) -> Double? { (definition(of: value)?.op as? Constant)?.value }

  private mutating func define(_ node: Node) {
    definers += [Int?](repeating: nil, count: max(graph.types.count - definers.count, 0))
    for output in node.outputs { definers[output.index] = graph.nodes.count }
    graph.nodes.append(node)
  }
}
