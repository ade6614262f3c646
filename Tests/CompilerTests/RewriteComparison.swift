import Compiler
import GraphIR
import Operators
import Plan
import Runtime
import Testing

/// Compares a program before and behind rewrites, in double precision: its values, the gradients of a loss in all
/// inputs, and the gradients of a function of the first gradient.
struct RewriteComparison {
  private let names: [String]
  private let shapes: [[Int]]
  private var graph = Graph(name: "rewritten")

  /// - Parameter build: appends the program to be rewritten and returns its results.
  init(
    _ inputs: KeyValuePairs<String, [Int]>,
    _ build: (inout Graph, [Value]) throws(Diagnostic) -> [Value]
  ) throws {
    names = inputs.map(\.key)
    shapes = inputs.map(\.value)
    var operands: [Value] = []
    for (name, shape) in inputs {
      operands.append(graph.addInput(name, kind: .caller, type: TensorType(.float32, shape)))
    }
    let results = try build(&graph, operands)
    var loss = try graph.constant(0)
    for result in results {
      loss = try graph.add(loss, graph.sum(graph.square(graph.tanh(result))))
    }
    let slopes = try graph.append(GradientRequest(), [loss] + operands)
    let penalty = try graph.sum(graph.square(slopes[0]))
    let second = try graph.append(GradientRequest(), [penalty] + operands)
    graph.outputs = (results + slopes + second).enumerated().map { Graph.NamedValue("y\($0)", $1) }
  }

  /// Runs the program with and without the passes.
  ///
  /// - Returns: the rewritten program with its gradients.
  @discardableResult
  func check(
    before: [Pass] = [], behind: [Pass] = [],
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws -> Graph {
    let plain = try graph.applying(Pipeline.meaning)
    let rewritten = try graph.applying(before + Pipeline.meaning + behind)
    let (expected, found) = (try run(plain), try run(rewritten))
    for (output, values) in zip(graph.outputs, zip(found, expected)) {
      // Rounding is that of the terms that were added, of which the largest result gives the order of magnitude.
      let scale = values.1.reduce(1) { max($0, abs($1)) }
      let worst = zip(values.0, values.1).map { abs($0 - $1) / scale }
      // Written so that not-a-number fails.
      #expect(
        values.0.count == values.1.count && worst.allSatisfy { $0 <= 1e-12 },
        "\(output.name): \(values.0.prefix(4)) is not \(values.1.prefix(4))",
        sourceLocation: sourceLocation)
    }
    return rewritten
  }

  private func run(_ graph: Graph) throws -> [[Double]] {
    let program = try PlanBuilder(states: []).reference(graph)
    let known = Set(program.inputs.map(\.name))
    var inputs: [String: ReferenceValue<Double>] = [:]
    for (index, name) in names.enumerated() where known.contains(name) {
      let count = shapes[index].reduce(1, *)
      let numbers = Array(Numbers(seed: UInt64(index + 1)).prefix(count))
      inputs[name] = ReferenceValue<Double>(shape: shapes[index], numbers)
    }
    let run = try ReferenceInterpreter<Double>(program, states: []).run(inputs: inputs)
    return try graph.outputs.map { try run.value($0.name).scalars }
  }
}
