import GraphIR
import Plan
import Testing

/// Runs a program and its reference on the same numbers and compares outputs and states.
func expectAgreement(
  _ program: Program, states: [StateDeclaration],
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let reference = try #require(program.reference, sourceLocation: sourceLocation)
  var optimized = PlanRunner(program)
  var plain = PlanRunner(reference)
  for (index, pair) in zip(program.inputs, reference.inputs).enumerated() {
    let count = program.tensors[pair.0.tensor.index].count
    let numbers = Numbers(seed: UInt64(index + 1)).prefix(count)
    optimized[pair.0.tensor] = Array(numbers)
    plain[pair.1.tensor] = Array(numbers)
  }
  for (index, state) in states.enumerated() {
    let numbers = Numbers(seed: UInt64(1000 + index)).prefix(state.shape.reduce(1, *))
    optimized.setState(index, shape: state.shape, to: Array(numbers))
    plain.setState(index, shape: state.shape, to: Array(numbers))
  }
  optimized.run()
  plain.run()
  for (output, expected) in zip(program.outputs, reference.outputs) {
    expectClose(
      optimized[output.tensor], plain[expected.tensor], output.name, sourceLocation)
  }
  for (index, state) in states.enumerated() {
    expectClose(
      optimized.state(index, shape: state.shape), plain.state(index, shape: state.shape),
      state.name, sourceLocation)
  }
}

private func expectClose(
  _ found: [Double], _ expected: [Double], _ name: String, _ location: Testing.SourceLocation
) {
  let worst = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }
  // Written so that not-a-number fails.
  #expect(
    found.count == expected.count && worst.allSatisfy { $0 <= 1e-9 },
    "\(name): \(found.prefix(4)) is not \(expected.prefix(4))", sourceLocation: location)
}

/// Numbers between -1 and 1, always the same.
struct Numbers: Sequence, IteratorProtocol {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Double? { Double(bits(53)) / Double(1 << 52) - 1 }

  mutating func below(_ bound: Int) -> Int { Int(bits(31)) % bound }

  private mutating func bits(_ count: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> (64 - count)
  }
}
