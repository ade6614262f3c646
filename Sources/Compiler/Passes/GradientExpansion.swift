import GraphIR
import Operators
import Plan

/// Expands requests for gradients into ordinary nodes, by each operator's own rule.
///
///     %2: f32[4] = mul(%0, %0)
///     %3: f32[] = sum(%2)
///     %4: f32[4] = gradient(%3, %0)
///
/// becomes
///
///     %2: f32[4] = mul(%0, %0)
///     %3: f32[] = sum(%2)
///     %5: f32[] = constant() {value: 1.0}
///     %6: f32[4] = broadcast(%5) {to: [4]}
///     %7: f32[4] = mul(%6, %0)
///     %8: f32[4] = add(%7, %7)
///
/// Requests are expanded in program order and the new nodes stand where the request stood, so that a request that
/// depends on an earlier one (second order) finds ordinary nodes. Only nodes between the targets and the scalar take
/// part: nobody pays for a gradient that nobody asked for.
package let gradientExpansion = Pass(
  "gradient-expansion", "expands gradient requests into ordinary nodes, by each operator's rule"
) { graph, report throws(Diagnostic) in
  guard graph.nodes.contains(where: { $0.op is GradientRequest }) else { return }
  var expansion = GradientExpansion(graph)
  for node in graph.nodes {
    if node.op is GradientRequest {
      try expansion.expand(node, &report)
    } else {
      expansion.append(node)
    }
  }
  graph = try expansion.finished(restoring: graph.origin)
}

private struct GradientExpansion {
  private var graph: Graph
  /// The index of the node that defines each value; nil for inputs.
  private var definers: [Int?]
  /// What stands for the results of requests.
  private var replacements: [Value: Value] = [:]
  /// Nodes without a rule through which a gradient was asked for, by operator.
  private var missing: [String: [Origin]] = [:]

  init(_ source: Graph) {
    graph = source.emptied()
    graph.nodes.reserveCapacity(source.nodes.count * 3)
    definers = [Int?](repeating: nil, count: source.types.count)
  }

  mutating func append(_ node: Node) {
    var node = node
    node.inputs = node.inputs.map { replacements[$0] ?? $0 }
    graph.nodes.append(node)
    indexNodes(from: graph.nodes.count - 1)
  }

  func finished(restoring origin: Origin) throws(Diagnostic) -> Graph {
    guard missing.isEmpty else { throw Diagnostic.noRule(missing) }
    var result = graph
    result.origin = origin
    result.replaceUses(replacements)
    return result
  }

  // MARK: One request

  mutating func expand(_ request: Node, _ report: inout PassReport) throws(Diagnostic) {
    let inputs = request.inputs.map { replacements[$0] ?? $0 }
    let (scalar, targets) = (inputs[0], inputs[1...])
    for value in inputs where graph.type(of: value).element != .float32 {
      let message = Diagnostic.Message.onlyFloats(graph.type(of: value))
      throw Diagnostic(message, at: request.origin.location, in: request.origin.path)
    }
    let path = Path(from: targets, to: scalar, in: graph, definers)
    let isComplete = noteMissingRules(along: path)

    graph.origin = request.origin
    var gradients = [Value: Value]()
    if isComplete, path.active.contains(scalar) {
      gradients[scalar] = try graph.constant(1, shape: graph.type(of: scalar).shape)
      for index in path.nodes.reversed() {
        try propagate(through: graph.nodes[index], path.active, &gradients)
      }
    }
    graph.origin = request.origin
    for (output, target) in zip(request.outputs, targets) {
      if let gradient = gradients[target] {
        replacements[output] = gradient
      } else {
        replacements[output] = try graph.constant(0, shape: graph.type(of: target).shape)
        if isComplete {
          report.remark("zero gradient: the scalar does not depend on it", at: request.origin)
        }
      }
    }
    indexNodes(from: graph.nodes.count - targets.count)
  }

  /// Adds what one node contributes to the gradients of its operands.
  private mutating func propagate(
    through node: Node, _ active: Set<Value>, _ gradients: inout [Value: Value]
  ) throws(Diagnostic) {
    let given = node.outputs.map { gradients[$0] }
    guard let op = node.op as? any Differentiable, given.contains(where: { $0 != nil }) else {
      return
    }
    graph.origin = Origin(
      location: node.origin.location, path: "gradient of \(node.origin.path)")
    let start = graph.nodes.count
    do throws(Diagnostic) {
      var contributions = try op.inputGradients(of: node, given: given, in: &graph)
      guard contributions.count == node.inputs.count else {
        throw Diagnostic(.wrongCount(op.name, contributions.count, node.inputs.count))
      }
      for (index, input) in node.inputs.enumerated() where !active.contains(input) {
        contributions[index] = nil
      }
      contributions = try tidyNodes(from: start, keeping: contributions)
      for (input, contribution) in zip(node.inputs, contributions) {
        guard let contribution else { continue }
        try check(contribution, against: input, of: op)
        gradients[input] =
          if let sum = gradients[input] { try graph.add(sum, contribution) } else { contribution }
      }
    } catch {
      throw error.located(at: node.origin.location, in: graph.origin.path)
    }
    indexNodes(from: start)
  }

  /// Expands composites that a rule has built, so that they have gradients in turn, and drops what only led to
  /// gradients that nobody asked for.
  private mutating func tidyNodes(
    from start: Int, keeping values: [Value?]
  ) throws(Diagnostic) -> [Value?] {
    let built = Array(graph.nodes[start...])
    graph.nodes.removeSubrange(start...)
    var decomposer = Decomposer(.undifferentiable)
    let origin = graph.origin
    for node in built { try decomposer.append(node, to: &graph) }
    graph.origin = origin
    let values = values.map { $0.map(decomposer.resolved) }

    var wanted = Set(values.compactMap(\.self))
    var kept = [Node]()
    for node in graph.nodes[start...].reversed() where node.outputs.contains(where: wanted.contains)
    {
      wanted.formUnion(node.inputs)
      kept.append(node)
    }
    graph.nodes.replaceSubrange(start..., with: kept.reversed())
    return values
  }

  private func check(
    _ gradient: Value, against input: Value, of op: any Operator
  ) throws(Diagnostic) {
    let (found, wanted) = (graph.type(of: gradient), graph.type(of: input))
    guard found == wanted else { throw Diagnostic(.wrongType(op.name, found, wanted)) }
  }

  private mutating func noteMissingRules(along path: Path) -> Bool {
    var isComplete = true
    for index in path.nodes where !(graph.nodes[index].op is any Differentiable) {
      let node = graph.nodes[index]
      if missing[node.op.name]?.contains(node.origin) != true {
        missing[node.op.name, default: []].append(node.origin)
      }
      isComplete = false
    }
    return isComplete
  }

  private mutating func indexNodes(from start: Int) {
    definers += [Int?](repeating: nil, count: graph.types.count - definers.count)
    for index in start..<graph.nodes.count {
      for output in graph.nodes[index].outputs { definers[output.index] = index }
    }
  }
}

/// The nodes through which a scalar depends on some targets.
private struct Path {
  /// Indices in program order.
  private(set) var nodes: [Int] = []
  /// Values that depend on a target, and the targets themselves.
  private(set) var active: Set<Value>

  init(
    from targets: some Sequence<Value>, to scalar: Value, in graph: Graph, _ definers: [Int?]
  ) {
    active = Set(targets)
    for index in Path.ancestors(of: scalar, in: graph, definers) {
      let node = graph.nodes[index]
      let isReached =
        !(node.op is any GradientStop) && node.inputs.contains(where: active.contains)
      guard isReached else { continue }
      nodes.append(index)
      for output in node.outputs where graph.type(of: output).element == .float32 {
        active.insert(output)
      }
    }
  }

  /// All nodes that a value is computed from, in program order.
  private static func ancestors(of value: Value, in graph: Graph, _ definers: [Int?]) -> [Int] {
    var seen = Set<Int>()
    var pending = [value]
    while let value = pending.popLast() {
      guard let index = definers[value.index], seen.insert(index).inserted else { continue }
      // Behind a stop nothing takes part.
      guard !(graph.nodes[index].op is any GradientStop) else { continue }
      pending += graph.nodes[index].inputs
    }
    return seen.sorted()
  }
}

extension Diagnostic {
  /// One diagnostic for all operators concerned, with a note for every place.
  fileprivate static func noRule(_ missing: [String: [Origin]]) -> Diagnostic {
    let names = missing.keys.sorted()
    let notes = names.flatMap { name in
      (missing[name] ?? []).map { origin in
        Note("a gradient is asked for through '\(name)' in \(origin.path)", at: origin.location)
      }
    }
    return Diagnostic(.noRule(names), at: notes.lazy.compactMap(\.location).min(), notes: notes)
  }
}

extension Diagnostic.Message {
  fileprivate static func noRule(_ names: [String]) -> Self {
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let verb = names.count == 1 ? "has" : "have"
    return "\(list) \(verb) no gradient rule; replace what needs it, or put stop_gradient before it"
  }

  fileprivate static func onlyFloats(_ type: TensorType) -> Self {
    "only f32 values have gradients, got \(type)"
  }

  fileprivate static func wrongCount(_ name: String, _ found: Int, _ wanted: Int) -> Self {
    "the gradient rule of \(name) gives \(found) gradients for \(wanted) operands"
  }

  fileprivate static func wrongType(_ name: String, _ found: TensorType, _ wanted: TensorType)
    -> Self
  {
    "the gradient rule of \(name) gives \(found) for an operand of type \(wanted)"
  }
}
