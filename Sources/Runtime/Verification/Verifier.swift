package import Plan

/// Compares an optimised program with the reference interpreter in double precision, value by value.
///
/// The interpreter follows the program: what it computes itself is compared, and from there it goes on with the value
/// that the program has found. So each value is judged by itself. Rounding does not pile up, and where a number next to
/// the kink of a ReLU is rounded to the other side, the gradients on both sides still belong to the same numbers.
package enum Verifier {
  /// How far one value of the optimised program is from its reference.
  package struct Difference: Sendable, Hashable {
    /// The value's name, or `state NAME`.
    package var name: String
    package var maxAbsolute: Double
    /// The greatest absolute difference over the greatest magnitude of the reference value; for a state, over the
    /// farthest that it should have moved.
    package var maxRelative: Double
    /// The same of the unoptimised program in single precision, on numbers one unit in the last place away, where that
    /// was measured: what rounding alone does.
    package var rounding = 0.0
    /// Whether it is of a call that rounds transformed tiles to bfloat16 before it multiplies them.
    package var roundsTiles = false
  }

  /// Runs both once and compares outputs, every value that both can name, and all states.
  ///
  /// - Parameters:
  ///   - states: values for the states; the others keep their first value.
  ///   - inputs: values for the inputs; the others are drawn at random, integers within the range that the program
  ///     can use.
  ///   - overrides: values for random nodes; the others draw the same numbers on both sides.
  ///   - tolerance: of relative differences; the rounding of values beyond it is measured.
  package static func compare(
    _ plan: Plan, program name: String, states: [String: HostTensor] = [:],
    inputs: [String: HostTensor] = [:], overrides: [String: HostTensor] = [:],
    context: RunContext = RunContext(seed: 1, step: 0), tolerance: Double = .infinity
  ) throws(RuntimeError) -> [Difference] {
    let session = try Session(plan: plan, seed: context.seed)
    for (state, tensor) in states { try session.states.set(state, tensor) }
    let before = try session.states.snapshot()
    guard let program = plan.program(named: name) else {
      throw RuntimeError.unknown(name, "program", among: plan.programs.map(\.name))
    }
    guard let reference = program.reference else {
      throw RuntimeError(
        .missing, "program '\(name)' has no reference program; compile the plan with one")
    }
    var inputs = inputs
    for input in program.inputs where inputs[input.name] == nil {
      inputs[input.name] = SyntheticInputs(program, context: context).tensor(input)
    }
    let known = Set((reference.outputs + reference.values).map(\.name))
    let names = Set(program.capturableNames).intersection(known).sorted()
    let found = try run(session, name, names, inputs, overrides, context)
    let given = (inputs, before, overrides)
    let truth: ReferenceRun<Double> = try follow(found, reference, of: plan, given, context)
    var differences = try differences(found, truth, names, before)
    guard differences.contains(where: { !($0.maxRelative <= tolerance) }) else {
      return differences
    }
    let single: ReferenceRun<Float> = try follow(
      found.nudged(), reference, of: plan, given, context)
    for index in differences.indices where !(differences[index].maxRelative <= tolerance) {
      differences[index].rounding = try rounding(
        of: differences[index].name, single, truth, before)
    }
    return differences
  }

  private static func follow<Scalar: ReferenceScalar>(
    _ found: ComputedValues, _ reference: ReferenceProgram, of plan: Plan,
    _ given: (
      inputs: [String: HostTensor], states: [String: HostTensor], overrides: [String: HostTensor]
    ), _ context: RunContext
  ) throws(RuntimeError) -> ReferenceRun<Scalar> {
    try ReferenceInterpreter<Scalar>(reference, states: plan.states).run(
      inputs: given.inputs.filter { input in reference.inputs.contains { $0.name == input.key } }
        .mapValues { ReferenceValue($0) },
      states: given.states.mapValues { ReferenceValue($0) },
      overrides: given.overrides.mapValues { ReferenceValue($0) }, following: found,
      context: context, keeping: Set(found.values.keys))
  }

  private static func rounding(
    of name: String, _ single: ReferenceRun<Float>, _ truth: ReferenceRun<Double>,
    _ before: [String: HostTensor]
  ) throws(RuntimeError) -> Double {
    let prefix = "state "
    if name.hasPrefix(prefix) {
      let state = String(name.dropFirst(prefix.count))
      guard let found = single.states[state], let expected = truth.states[state] else { return 0 }
      return rounding(of: found, expected, since: before[state])
    }
    return rounding(of: try single.value(name), try truth.value(name))
  }

  /// How far single precision is from the truth.
  static func rounding(
    of found: ReferenceValue<Float>, _ expected: ReferenceValue<Double>,
    since start: HostTensor? = nil
  ) -> Double {
    difference("", found.host, expected, since: start).maxRelative
  }

  private static func run(
    _ session: Session, _ name: String, _ names: [String], _ inputs: [String: HostTensor],
    _ overrides: [String: HostTensor], _ context: RunContext
  ) throws(RuntimeError) -> ComputedValues {
    let bound = try session.bind(name, capturing: names, overriding: Array(overrides.keys))
    for (input, tensor) in inputs { try bound.set(input, tensor) }
    for (random, tensor) in overrides { try bound.override(random, with: tensor) }
    try bound.run(context)
    var found = ComputedValues(values: [:], states: try session.states.snapshot())
    for value in names { found.values[value] = try bound.tensor(value) }
    return found
  }

  private static func differences(
    _ found: ComputedValues, _ truth: ReferenceRun<Double>, _ names: [String],
    _ before: [String: HostTensor]
  ) throws(RuntimeError) -> [Difference] {
    var differences: [Difference] = []
    for name in names {
      guard let value = found.values[name] else { continue }
      differences.append(difference(name, value, try truth.value(name)))
    }
    for (name, state) in found.states.sorted(by: { $0.key < $1.key }) {
      guard let expected = truth.states[name] else { continue }
      differences.append(difference("state \(name)", state, expected, since: before[name]))
    }
    return differences
  }

  /// Values of different size differ infinitely, and so do NaN and a number.
  ///
  /// - Parameter start: what the value was before, of which it is the change that counts; zeros unless given.
  package static func difference(
    _ name: String, _ found: HostTensor, _ expected: ReferenceValue<Double>,
    since start: HostTensor? = nil
  ) -> Difference {
    let (values, truth) = (found.floats, expected.scalars)
    let start = start?.floats ?? Array(repeating: 0, count: truth.count)
    guard values.count == truth.count, start.count == truth.count else {
      return Difference(name: name, maxAbsolute: .infinity, maxRelative: .infinity)
    }
    var (absolute, magnitude) = (0.0, 0.0)
    for (index, truth) in truth.enumerated() {
      magnitude = max(magnitude, abs(truth - Double(start[index])))
      let value = Double(values[index])
      if value == truth || (value.isNaN && truth.isNaN) { continue }
      let distance = abs(value - truth)
      absolute = distance.isNaN ? .infinity : max(absolute, distance)
    }
    let relative = absolute == 0 ? 0 : absolute / max(magnitude, .leastNormalMagnitude)
    return Difference(name: name, maxAbsolute: absolute, maxRelative: relative)
  }
}
