import Compiler
import GraphIR
import Operators
import Plan
import Runtime

/// What a small graph computes, by the reference interpreter.
struct Evaluation<Scalar: ReferenceScalar> {
  private var graph = Graph(name: "evaluation")
  private var values: [String: ReferenceValue<Scalar>] = [:]

  init(_: Scalar.Type = Double.self) { graph.origin = Origin(path: "node") }

  mutating func input(_ shape: [Int], _ elements: [Scalar]) -> Value {
    let name = "x\(values.count)"
    values[name] = ReferenceValue(shape: shape, elements)
    return graph.addInput(name, kind: .caller, type: TensorType(.float32, shape))
  }

  mutating func indices(_ elements: [Int64]) -> Value {
    let name = "x\(values.count)"
    values[name] = ReferenceValue(shape: [elements.count], integers: elements)
    return graph.addInput(name, kind: .caller, type: TensorType(.int64, [elements.count]))
  }

  /// Applies an operator of the catalogue.
  mutating func apply(
    _ name: String, _ attributes: KeyValuePairs<String, AttributeValue> = [:], _ inputs: Value...
  ) throws -> [Value] {
    let op = try OperatorCatalog.standard.make(name, attributes.map { Attribute($0, $1) })
    return try graph.append(op, inputs)
  }

  mutating func apply(_ op: any Operator, _ inputs: [Value]) throws -> [Value] {
    try graph.append(op, inputs)
  }

  /// The gradient of the sum of all elements of `y`.
  mutating func gradient(of y: Value, to x: Value) throws -> Value {
    try graph.apply(GradientRequest(), graph.sum(y), x)
  }

  func elements(of results: [Value]) throws -> [[Scalar]] {
    var graph = graph
    graph.outputs = results.enumerated().map { Graph.NamedValue("y\($0)", $1) }
    let plain = try graph.applying(Pipeline.meaning)
    let program = try PlanBuilder(states: []).reference(plain)
    let known = Set(program.inputs.map(\.name))
    let run = try ReferenceInterpreter<Scalar>(program, states: [])
      .run(inputs: values.filter { known.contains($0.key) })
    return try results.indices.map { try run.value("y\($0)").scalars }
  }

  func elements(of result: Value) throws -> [Scalar] { try elements(of: [result])[0] }
}

/// Whether all numbers are equal up to rounding.
func isClose(_ found: [Double], _ expected: [Double], within tolerance: Double = 1e-7) -> Bool {
  found.count == expected.count
    && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
