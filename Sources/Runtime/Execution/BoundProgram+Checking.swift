import Plan

/// How closely a run watches its numbers.
package enum FiniteCheck: Sendable {
  /// Looks at nothing.
  case never
  /// Looks at what each call has written and stops at the first number that is infinite or undefined.
  case everyCall
}

extension BoundProgram {
  /// Runs all calls and, if asked to, throws `notFinite` naming the first call and tensor that went wrong.
  package func run(_ context: RunContext, checking check: FiniteCheck) throws(RuntimeError) {
    guard check == .everyCall else { return try run(context) }
    try checkInputs()
    for copy in bound.copiesBefore { copy.run() }
    for input in program.inputs {
      try checkFinite(input.tensor, "input '\(input.name)' of '\(program.name)'")
    }
    for index in bound.steps.indices {
      run(step: index, context)
      try checkTargets(ofCall: index)
    }
  }

  private func checkTargets(ofCall index: Int) throws(RuntimeError) {
    let call = program.calls[index]
    // A copy makes no new numbers, and what it leaves of its target may not be numbers yet.
    if case .copy = call.kernel { return }
    let subject = "programs.\(program.name).calls[\(index)] '\(call.label)' (\(call.kernel.name))"
    for target in call.kernel.writes {
      let label = program.tensors[target.index].label
      try checkFinite(
        target, "\(subject) wrote tensor \(target.index)" + (label.isEmpty ? "" : " '\(label)'"))
    }
  }

  private func checkFinite(_ id: TensorID, _ subject: String) throws(RuntimeError) {
    let operand = memory.operand(id)
    guard operand.tensor.element.isReal else { return }
    let census = FiniteCensus(operand)
    guard !census.isClean else { return }
    throw RuntimeError(.notFinite, "\(subject) with \(census)")
  }
}

/// Counts the numbers of a tensor that are not finite, and the range of those that are.
private struct FiniteCensus: CustomStringConvertible {
  var count = 0
  var undefined = 0
  var infinite = 0
  var least = Float.infinity
  var greatest = -Float.infinity

  init(_ operand: Operand) {
    let tensor = operand.tensor
    let floats = operand.pointer.assumingMemoryBound(to: Float.self)
    let narrow = operand.pointer.assumingMemoryBound(to: Bfloat16.self)
    let walk = StridedWalk(extent: tensor.shape, [.init(tensor.strides)])
    walk.forEachRow { offsets, _ in
      for point in 0..<walk.rowLength {
        let place = offsets[0] + point * walk.rowStrides[0]
        add(tensor.element == .bfloat16 ? Float(narrow[place]) : floats[place])
      }
    }
  }

  private mutating func add(_ value: Float) {
    count += 1
    if value.isFinite {
      least = min(least, value)
      greatest = max(greatest, value)
    } else if value.isNaN {
      undefined += 1
    } else {
      infinite += 1
    }
  }

  var isClean: Bool { undefined == 0 && infinite == 0 }

  var description: String {
    let range = least <= greatest ? "; the others lie in \(least) ... \(greatest)" : ""
    return "\(undefined) NaN and \(infinite) infinite of \(count) numbers" + range
  }
}
