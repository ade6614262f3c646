package import Plan
package import Runtime

/// Runs one program once, by the optimised plan or by the reference interpreter, on tensors from files.
package struct ProgramRunner {
  private let request: ProgramRequest
  private let session: Session
  private let program: Program

  /// Runs and writes whatever the request asks for.
  package static func run(
    _ request: ProgramRequest, of plan: Plan
  ) throws(RuntimeError) -> ProgramResult {
    try ProgramRunner(request, plan).run()
  }

  private init(_ request: ProgramRequest, _ plan: Plan) throws(RuntimeError) {
    self.request = request
    session = try Session(plan: plan, seed: request.seed)
    guard let program = plan.program(named: request.program) else {
      throw RuntimeError(
        .missing,
        "the plan has no program '\(request.program)'; it has "
          + plan.programs.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    self.program = program
  }

  private func run() throws(RuntimeError) -> ProgramResult {
    let (report, epochLength) = try loadWeights()
    let given = try givenTensors(epochLength: epochLength)
    let names = try wantedNames()
    let tensors =
      switch request.engine {
      case .plan: try runPlan(given, names)
      case .reference32: try runReference(Float.self, given, names)
      case .reference64: try runReference(Double.self, given, names)
      }
    if let path = request.outputs {
      try SafetensorsFile.write(tensors.map { ($0.name, $0.tensor) }, to: path)
    }
    if let path = request.stateOut {
      try StateFile.write(session.states, of: session.plan, to: path)
    }
    return ProgramResult(tensors: tensors, weights: report)
  }

  // MARK: Preparation

  private func loadWeights() throws(RuntimeError) -> (TransferReport?, epochLength: Int?) {
    guard let path = request.weights else { return (nil, request.epochLength) }
    let file = try SafetensorsFile.read(path: path)
    var report = try StateFile.read(file, named: path, into: session.states, of: session.plan)
    let networks = Set(
      session.plan.states.filter { $0.role == .parameter || $0.role == .statistic }.map(\.name))
    report.missing.removeAll { !networks.contains($0) }
    let stored = file.metadata["epoch_length"].flatMap { Int($0) }
    return (report, request.epochLength ?? stored)
  }

  /// Tensors for inputs and in place of random draws, by name.
  private struct Given {
    var inputs: [String: HostTensor] = [:]
    var draws: [String: HostTensor] = [:]
  }

  private func givenTensors(epochLength: Int?) throws(RuntimeError) -> Given {
    var given = Given()
    if let path = request.inputs { try read(path, into: &given) }
    let scheduled = try scheduledValues(epochLength, besides: given)
    given.inputs.merge(scheduled) { written, _ in written }
    let open = program.inputs.filter { given.inputs[$0.name] == nil }
    guard open.isEmpty else {
      let wanted = open.map { "'\($0.name)' \(program.tensors[$0.tensor.index].shape)" }
      throw RuntimeError(
        .missing,
        "the program '\(program.name)' needs the inputs \(wanted.joined(separator: ", ")); "
          + "give them by --inputs")
    }
    return given
  }

  private func read(_ path: String, into given: inout Given) throws(RuntimeError) {
    let file = try SafetensorsFile.read(path: path)
    let inputs = Dictionary(
      program.inputs.map { ($0.name, program.tensors[$0.tensor.index]) },
      uniquingKeysWith: { first, _ in first })
    let draws = program.randomNames
    for name in file.names {
      var tensor = try file.tensor(name)
      if let input = inputs[name] {
        // A number may come as [] or as [1].
        if tensor.count == 1, input.count == 1 { tensor.shape = input.shape }
        given.inputs[name] = tensor
      } else if draws.contains(name) {
        given.draws[name] = tensor
      } else {
        throw RuntimeError(
          .invalid,
          "'\(path)': '\(name)' is neither an input nor a random node of '\(program.name)'; it has the "
            + "inputs \(Self.list(program.inputs.map(\.name))) and the random nodes \(Self.list(draws))"
        )
      }
    }
  }

  private func scheduledValues(
    _ epochLength: Int?, besides given: Given
  ) throws(RuntimeError) -> [String: HostTensor] {
    let open = program.inputs.filter { given.inputs[$0.name] == nil }
    for input in open {
      guard case .schedule(let schedule) = input.source, schedule.countsEpochs,
        request.iteration > 0, epochLength == nil
      else { continue }
      throw RuntimeError(
        .invalid,
        "'\(input.name)' changes with epochs; say how many steps one has by --epoch-length, or give "
          + "'\(input.name)' by --inputs")
    }
    let values = ScheduledInputs(open, epochLength: max(1, epochLength ?? 1))
      .values(iteration: request.iteration)
    var tensors: [String: HostTensor] = [:]
    for (name, value) in values {
      let input = open.first { $0.name == name }
      let shape = input.map { program.tensors[$0.tensor.index].shape } ?? []
      tensors[name] = HostTensor(shape: shape, [Float(value)])
    }
    return tensors
  }

  /// Outputs and saved names, with `*` written out.
  private func wantedNames() throws(RuntimeError) -> [String] {
    var names = program.outputs.map(\.name)
    let known = program.capturableNames
    for save in request.saves {
      guard save.contains("*") else {
        names.append(save)
        continue
      }
      let pattern = try WeightPattern(save)
      let found = known.filter { pattern.match($0) != nil }
      guard !found.isEmpty else {
        throw RuntimeError(.missing, "no value of '\(program.name)' is called like '\(save)'")
      }
      names += found
    }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.map { "'\($0)'" }.joined(separator: ", ")
  }

  // MARK: Engines

  private func runPlan(
    _ given: Given, _ names: [String]
  ) throws(RuntimeError) -> [(name: String, tensor: HostTensor)] {
    let bound = try session.bind(
      program.name, capturing: names, overriding: given.draws.keys.sorted())
    for (name, tensor) in given.inputs { try bound.set(name, tensor) }
    for (name, tensor) in given.draws { try bound.override(name, with: tensor) }
    try bound.run(context)
    return try names.map { name throws(RuntimeError) in (name, try bound.tensor(name)) }
  }

  private func runReference<Scalar: ReferenceScalar>(
    _ scalar: Scalar.Type, _ given: Given, _ names: [String]
  ) throws(RuntimeError) -> [(name: String, tensor: HostTensor)] {
    guard let reference = program.reference else {
      throw RuntimeError(
        .invalid, "the plan holds no unoptimised form of '\(program.name)'; compile it again")
    }
    let interpreter = try ReferenceInterpreter<Scalar>(reference, states: session.plan.states)
    let result = try interpreter.run(
      inputs: given.inputs.mapValues { ReferenceValue($0) },
      states: try session.states.snapshot().mapValues { ReferenceValue($0) },
      overrides: given.draws.mapValues { ReferenceValue($0) }, context: context,
      keeping: Set(names))
    for (name, value) in result.states { try session.states.set(name, value.host) }
    return try names.map { name throws(RuntimeError) in (name, try result.value(name).host) }
  }

  private var context: RunContext {
    RunContext(seed: request.seed, step: UInt64(max(0, request.iteration)))
  }
}

extension Program {
  /// The random nodes whose draws can be replaced, in the order in which they run.
  package var randomNames: [String] {
    let all = calls + (reference?.calls ?? [])
    var seen: Set<String> = []
    return all.compactMap { call in
      guard case .random(let random) = call.kernel, seen.insert(random.name).inserted else {
        return nil
      }
      return random.name
    }
  }
}

extension Schedule {
  /// Whether the value depends on how long an epoch is.
  var countsEpochs: Bool {
    var spans = [warmup].compactMap { $0 }
    switch rule {
    case .constant: break
    case .step(_, let every, let from): spans += [every] + [from].compactMap { $0 }
    case .linear(_, let over): spans.append(over)
    }
    return spans.contains { $0.unit == .epochs }
  }
}
