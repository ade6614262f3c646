package import Plan
package import Runtime

/// Moves a model's state between memory and safetensors files, in PyTorch's layouts.
package enum StateFile {
  /// Writes every state of a plan, one tensor after the other, replacing the file as a whole or not at all.
  package static func write(
    _ states: StateStore, of plan: Plan, metadata: [String: String] = [:], to path: String
  ) throws(RuntimeError) {
    let tensors = plan.states.map { state in
      TensorToWrite(
        name: state.name, element: state.element == .int64 ? .int64 : .float32, shape: state.shape
      ) { writer throws(RuntimeError) in
        try TensorToWrite(state.name, states.tensor(state.name)).write(writer)
      }
    }
    var metadata = metadata
    metadata["model"] = plan.model
    metadata["source_hash"] = plan.sourceHash
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }

  /// Compares a file with the states that are wanted, without reading any tensor.
  package static func compare(
    _ file: SafetensorsFile, with wanted: [StateDeclaration]
  ) throws(RuntimeError) -> TransferReport {
    let states = Dictionary(wanted.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var report = TransferReport()
    for name in file.names {
      let stored = try file.stored(name)
      if let found = StoredType(stored) {
        _ = report.take(name, of: found, for: states[name])
      } else if let state = states[name] {
        report.mismatched.append(
          .init(
            name: name, expected: "\(StoredType(state))",
            found: "\(stored.element.rawValue)\(stored.shape)"))
      } else {
        report.unexpected.append(name)
      }
    }
    let found = Set(file.names)
    report.missing = wanted.map(\.name).filter { !found.contains($0) }
    return report
  }

  /// Reads whatever of a file fits the plan and leaves all other states as they are.
  ///
  /// Averages that the file lacks start as copies of what was read, as they do at the beginning of a run.
  /// - Throws: `.invalid` listing every tensor of another shape or type; nothing has been read then.
  package static func read(
    _ file: SafetensorsFile, named path: String, into states: StateStore, of plan: Plan
  ) throws(RuntimeError) -> TransferReport {
    let report = try compare(file, with: plan.states)
    guard report.mismatched.isEmpty else { throw .doesNotFit(path, report.mismatched) }
    for name in report.loaded { try states.set(name, file.tensor(name)) }
    try copyAverages(report, in: states, of: plan)
    return report
  }

  /// Reads the weights that one program needs from a checkpoint or a weights file, and no others.
  ///
  /// - Throws: `.invalid` listing every tensor that the program reads and the file lacks, or every one that the file has
  ///   in another shape; nothing has been read then.
  package static func readWeights(
    _ path: String, for program: String, into session: Session
  ) throws(RuntimeError) {
    let plan = session.plan
    let file = try SafetensorsFile.read(path: path)
    let report = try compare(file, with: plan.states)
    guard report.mismatched.isEmpty else { throw .doesNotFit(path, report.mismatched) }
    let given = Set(report.loaded)
    var origins: [(state: String, tensor: String)] = []
    var missing: [String] = []
    for index in plan.program(named: program)?.stateIndices.sorted() ?? [] {
      let state = plan.states[index]
      if given.contains(state.name) {
        origins.append((state.name, state.name))
      } else if case .copy(let origin) = state.initializer, given.contains(origin) {
        origins.append((state.name, origin))
      } else {
        missing.append(state.name)
      }
    }
    guard missing.isEmpty else { throw .doesNotFit(path, missing.map { "missing: '\($0)'" }) }
    for (state, tensor) in origins { try session.states.set(state, file.tensor(tensor)) }
  }

  private static func copyAverages(
    _ report: TransferReport, in states: StateStore, of plan: Plan
  ) throws(RuntimeError) {
    let (loaded, missing) = (Set(report.loaded), Set(report.missing))
    for state in plan.states where missing.contains(state.name) {
      guard case .copy(let origin) = state.initializer, loaded.contains(origin) else { continue }
      try states.set(state.name, states.tensor(origin))
    }
  }
}

extension RuntimeError {
  /// A file whose tensors are not the model's, with one line for each problem.
  static func doesNotFit(_ path: String, _ problems: [String]) -> RuntimeError {
    let shown = problems.prefix(20).map { "\n  " + $0 }.joined()
    let rest = problems.count > 20 ? "\n  and \(problems.count - 20) more" : ""
    return RuntimeError(
      .invalid, "the tensors of '\(path)' do not fit the plan's states:" + shown + rest)
  }

  fileprivate static func doesNotFit(
    _ path: String, _ mismatched: [TransferReport.Mismatch]
  ) -> RuntimeError {
    doesNotFit(path, mismatched.map { "wrongly shaped: \($0)" })
  }
}
