import Compiler
import GraphIR
import Operators
import Plan
import Runtime

/// The gradient of a scalar that depends on an operator, beside central differences in float64.
///
/// The scalar is `Σ r·y` over all outputs with fixed random r; for second order it is `Σ v·gradient` of that.
struct GradientCheck {
  private static let step = 1e-6

  private let example: Example
  private let op: any Operator
  private let operands: [Example.Operand]
  private var values: [String: ReferenceValue<Double>] = [:]
  private var random: RandomNumbers

  init(_ example: Example) throws {
    self.example = example
    op = try example.makeOperator()
    operands = try example.allOperands(of: op)
    random = RandomNumbers(seed: UInt64(truncatingIfNeeded: example.testDescription.utf8.count))
    for (index, operand) in operands.enumerated() {
      values["x\(index)"] = random.value(for: operand, position: index)
    }
  }

  /// The slope of the scalar in a random direction of all inputs together, in which any error shows.
  ///
  /// - Returns: what the gradients say and what the differences say.
  mutating func slopes(order: Int) throws -> (gradients: Double, differences: Double) {
    let program = try program(order: order)
    for (name, shape) in program.inputs where values[name] == nil {
      values[name] = random.value(for: .any(shape), position: 0)
    }
    let exact = try run(program, moved: 0, along: [:])
    var slope = 0.0
    var direction = [String: [Double]]()
    for position in differentiable {
      let gradient = try exact.value("gradient\(position)").scalars
      let steps = gradient.map { _ in random.unit() * 2 - 1 }
      slope += zip(gradient, steps).map(*).reduce(0, +)
      direction["x\(position)"] = steps
    }
    let after = try run(program, moved: Self.step, along: direction).value("scalar").scalars[0]
    let before = try run(program, moved: -Self.step, along: direction).value("scalar").scalars[0]
    return (slope, (after - before) / (2 * Self.step))
  }

  /// Whether two slopes are equal up to the error of the differences.
  static func agree(_ slopes: (gradients: Double, differences: Double)) -> Bool {
    let error = abs(slopes.gradients - slopes.differences)
    return error <= 1e-5 + 1e-3 * abs(slopes.gradients)
  }

  /// The positions of inputs that have gradients.
  private var differentiable: [Int] {
    operands.indices.filter { position in
      if case .statistic = operands[position] { return false }
      return operands[position].type.element == .float32
    }
  }

  // MARK: Graphs

  private func program(order: Int) throws -> Runnable {
    var graph = Graph(name: "check")
    graph.origin = Origin(path: "node")
    let inputs = operands.enumerated().map { index, operand in
      graph.addInput("x\(index)", kind: .caller, type: operand.type)
    }
    let targets = differentiable.map { inputs[$0] }
    let named = (op as? any NetworkOperator)?.outputNames.count
    let outputs = try graph.append(op, inputs).prefix(named ?? Int.max)
    var scalar = try weighted(
      outputs.filter { graph.type(of: $0).element == .float32 }, "r", &graph)
    for level in 1..<order {
      let gradients = try graph.append(GradientRequest(), [scalar] + targets)
      scalar = try weighted(gradients, "v\(level)", &graph)
    }
    let gradients = try graph.append(GradientRequest(), [scalar] + targets)
    graph.outputs =
      [Graph.NamedValue("scalar", scalar)]
      + zip(differentiable, gradients).map { Graph.NamedValue("gradient\($0)", $1) }
    var report = PassReport(pass: "", program: graph.name)
    for pass in Pipeline.meaning { try pass(&graph, &report) }
    return try Runnable(PlanBuilder(states: []).reference(graph))
  }

  /// The sum of all elements, each times a number that the caller gives.
  private func weighted(_ tensors: [Value], _ prefix: String, _ graph: inout Graph) throws -> Value
  {
    var total = try graph.constant(0)
    for (index, tensor) in tensors.enumerated() {
      let weight = graph.addInput(
        "\(prefix)\(index)", kind: .caller, type: graph.type(of: tensor))
      total = try graph.add(total, graph.sum(graph.multiply(tensor, weight)))
    }
    return total
  }

  // MARK: Numbers

  /// Runs the program with some inputs moved along their direction.
  private func run(
    _ program: Runnable, moved step: Double, along direction: [String: [Double]]
  ) throws -> ReferenceRun<Double> {
    var inputs = [String: ReferenceValue<Double>]()
    for (name, shape) in program.inputs {
      inputs[name] = values[name]
      guard let value = values[name], let direction = direction[name] else { continue }
      let moved = zip(value.scalars, direction).map { $0 + step * $1 }
      inputs[name] = ReferenceValue(shape: shape, moved)
    }
    return try program.interpreter.run(inputs: inputs, keeping: [])
  }
}

/// A reference program and what it asks for.
private struct Runnable {
  var interpreter: ReferenceInterpreter<Double>
  var inputs: [(name: String, shape: [Int])]

  init(_ program: ReferenceProgram) throws {
    interpreter = try ReferenceInterpreter(program, states: [])
    inputs = program.inputs.map { ($0.name, program.tensors[$0.tensor.index].shape) }
  }
}

/// SplitMix64, so that every run checks the same numbers.
struct RandomNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// Between 0 and 1.
  mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  /// Values within ±2 that are all apart from each other and from 0, in random order.
  mutating func value(
    for operand: Example.Operand, position: Int
  ) -> ReferenceValue<Double> {
    let count = operand.type.count
    let spread = (0..<count).map { _ in (unit(), next()) }
    let order = spread.indices.sorted { spread[$0].1 < spread[$1].1 }
    // Another spacing an operand, so that no two operands meet.
    let width = 4 - 0.1307 * Double(position)
    let values = order.map { place in
      width * ((Double(place) + 0.37 + 0.01 * spread[place].0) / Double(count) - 0.5)
    }
    switch operand {
    case .any(let shape): return ReferenceValue(shape: shape, values)
    case .positive(let shape), .statistic(let shape):
      return ReferenceValue(shape: shape, values.map { abs($0) / 2 + 0.5 })
    case .index(let shape, let bound):
      return ReferenceValue(shape: shape, integers: spread.map { Int64($0.1 % UInt64(bound)) })
    }
  }
}
