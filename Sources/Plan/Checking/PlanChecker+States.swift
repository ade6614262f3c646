/// The state table and the report list.
extension PlanChecker {
  func checkStates() throws(PlanError) {
    try checkUnique(plan.states.map(\.name), what: "state", at: "states")
    var bytes = 0
    var indices: [String: Int] = [:]
    for (index, state) in plan.states.enumerated() {
      guard let count = Limits.count(state.shape, elementSize: state.element.size) else {
        throw PlanError(
          "expected a positive shape of at most 2^40 bytes, found \(state.shape)",
          at: place(of: index))
      }
      guard state.element != .bfloat16 else {
        throw PlanError("expected a state of f32 or i64, found bf16", at: place(of: index))
      }
      bytes += count * state.element.size
      guard bytes <= Limits.bytes else {
        throw PlanError("expected all states to fit 2^40 bytes, found more", at: "states")
      }
      indices[state.name] = index
    }
    for index in plan.states.indices { try checkInitializer(of: index, indices) }
  }

  private func place(of index: Int) -> String { "states[\(index)] '\(plan.states[index].name)'" }

  private func checkInitializer(of index: Int, _ indices: [String: Int]) throws(PlanError) {
    let state = plan.states[index]
    let place = "\(place(of: index)).initializer"
    switch state.initializer {
    case .constant: break
    case .normal(let mean, let std), .truncatedNormal(let mean, let std):
      guard mean.isFinite, std.isFinite, std >= 0 else {
        throw PlanError(
          "expected a finite mean and a deviation of at least 0, found \(mean) and \(std)",
          at: place)
      }
    case .uniform(let low, let high):
      guard low.isFinite, high.isFinite, low <= high else {
        throw PlanError("expected low at most high, found \(low) and \(high)", at: place)
      }
    case .orthogonal:
      guard state.shape.count >= 2, state.element == .float32 else {
        throw PlanError(
          "expected a float32 shape of rank 2 or more for an orthogonal matrix, found "
            + "\(state.shape) of \(state.element.rawValue)", at: place)
      }
    case .copy(let origin):
      try checkCopy(from: origin, into: index, indices, at: place)
    }
  }

  /// Follows a chain of copies to its end, which must not be its beginning.
  private func checkCopy(
    from origin: String, into index: Int, _ indices: [String: Int], at place: String
  ) throws(PlanError) {
    let state = plan.states[index]
    var name = origin
    for _ in plan.states.indices {
      guard let source = indices[name] else {
        throw PlanError("expected the name of a state to copy, found '\(name)'", at: place)
      }
      let other = plan.states[source]
      guard other.shape == state.shape, other.element == state.element else {
        throw PlanError(
          "expected '\(name)' to have shape \(state.shape), found \(other.shape)", at: place)
      }
      guard case .copy(let next) = other.initializer else { return }
      name = next
    }
    throw PlanError("expected copies to end at some state, found a cycle at '\(name)'", at: place)
  }

  func checkReport() throws(PlanError) {
    guard let train = plan.program(named: "train") else { return }
    let names = Set(
      train.outputs.map(\.name) + train.values.map(\.name) + train.fused.map(\.name)
        + train.inputs.map(\.name))
    for (index, name) in plan.report.enumerated() where !names.contains(name) {
      throw PlanError("expected a value of 'train', found '\(name)'", at: "report[\(index)]")
    }
  }
}
