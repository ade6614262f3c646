package import Plan

/// Compares an optimised program with the reference interpreter in double precision, value by value.
package enum Verifier {
  /// How far one value of the optimised program is from its reference.
  package struct Difference: Sendable, Hashable {
    /// The value's name, or `state NAME`.
    package var name: String
    package var maxAbsolute: Double
    /// The greatest absolute difference over the greatest magnitude of the reference value.
    package var maxRelative: Double
    /// The same of the unoptimised program in single precision, where that was measured: what rounding alone does.
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
    let names = program.capturableNames.filter(known.contains)
    let bound = try run(session, name, names, inputs, overrides, context)
    let given = (inputs, before, overrides)
    let truth: ReferenceRun<Double> = try interpret(reference, of: plan, given, context, names)
    var found = try differences(bound, session, truth, names)
    guard found.contains(where: { !($0.maxRelative <= tolerance) }) else { return found }
    let single: ReferenceRun<Float> = try interpret(reference, of: plan, given, context, names)
    for index in found.indices where !(found[index].maxRelative <= tolerance) {
      found[index].rounding = try rounding(of: found[index].name, single, truth)
    }
    return found
  }

  private static func interpret<Scalar: ReferenceScalar>(
    _ reference: ReferenceProgram, of plan: Plan,
    _ given: (
      inputs: [String: HostTensor], states: [String: HostTensor], overrides: [String: HostTensor]
    ), _ context: RunContext, _ names: [String]
  ) throws(RuntimeError) -> ReferenceRun<Scalar> {
    try ReferenceInterpreter<Scalar>(reference, states: plan.states).run(
      inputs: given.inputs.filter { input in reference.inputs.contains { $0.name == input.key } }
        .mapValues { ReferenceValue($0) },
      states: given.states.mapValues { ReferenceValue($0) },
      overrides: given.overrides.mapValues { ReferenceValue($0) }, context: context,
      keeping: Set(names))
  }

  private static func rounding(
    of name: String, _ single: ReferenceRun<Float>, _ truth: ReferenceRun<Double>
  ) throws(RuntimeError) -> Double {
    let prefix = "state "
    let (found, expected) =
      name.hasPrefix(prefix)
      ? (
        single.states[String(name.dropFirst(prefix.count))],
        truth.states[String(name.dropFirst(prefix.count))]
      )
      : (try single.value(name), try truth.value(name))
    guard let found, let expected else { return 0 }
    let tensor = HostTensor(shape: found.shape, found.scalars)
    return difference(name, tensor, expected).maxRelative
  }

  private static func run(
    _ session: Session, _ name: String, _ names: [String], _ inputs: [String: HostTensor],
    _ overrides: [String: HostTensor], _ context: RunContext
  ) throws(RuntimeError) -> BoundProgram {
    let bound = try session.bind(name, capturing: names, overriding: Array(overrides.keys))
    for (input, tensor) in inputs { try bound.set(input, tensor) }
    for (random, tensor) in overrides { try bound.override(random, with: tensor) }
    try bound.run(context)
    return bound
  }

  private static func differences(
    _ bound: BoundProgram, _ session: Session, _ truth: ReferenceRun<Double>, _ names: [String]
  ) throws(RuntimeError) -> [Difference] {
    var differences: [Difference] = []
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      differences.append(difference(name, try bound.tensor(name), try truth.value(name)))
    }
    for name in session.states.names {
      guard let expected = truth.states[name] else { continue }
      differences.append(
        difference("state \(name)", try session.states.tensor(name), expected))
    }
    return differences
  }

  /// Values of different size differ infinitely, and so do NaN and a number.
  package static func difference(
    _ name: String, _ found: HostTensor, _ expected: ReferenceValue<Double>
  ) -> Difference {
    let (values, truth) = (found.floats, expected.scalars)
    guard values.count == truth.count else {
      return Difference(name: name, maxAbsolute: .infinity, maxRelative: .infinity)
    }
    var (absolute, magnitude) = (0.0, 0.0)
    for (value, truth) in zip(values, truth) {
      magnitude = max(magnitude, abs(truth))
      let value = Double(value)
      if value == truth || (value.isNaN && truth.isNaN) { continue }
      let distance = abs(value - truth)
      absolute = distance.isNaN ? .infinity : max(absolute, distance)
    }
    let relative = absolute == 0 ? 0 : absolute / max(magnitude, .leastNormalMagnitude)
    return Difference(name: name, maxAbsolute: absolute, maxRelative: relative)
  }
}
