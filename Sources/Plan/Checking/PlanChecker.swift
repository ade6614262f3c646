/// Checks everything that a plan claims before anything of it runs.
///
/// A plan is untrusted input. After this check every kernel call addresses only its own tensors, every tensor lies
/// inside its storage, every value that is read has been written and not overwritten since, and every arithmetic
/// that the runtime does on the plan's numbers fits an `Int`:
///
/// - names are unique, indices in range, shapes positive, nothing larger than 2^40 bytes (`+Tensors`);
/// - each kernel's operands have consistent types and shapes (`CallChecker`);
/// - data flow is complete and no live value is clobbered (`DataFlowChecker`).
package struct PlanChecker {
  let plan: Plan

  /// Throws the first thing that is wrong.
  package static func check(_ plan: Plan) throws(PlanError) {
    let checker = PlanChecker(plan: plan)
    guard plan.version == Plan.formatVersion else {
      throw PlanError(
        "expected format version \(Plan.formatVersion), found \(plan.version)", at: "version")
    }
    try checker.checkStates()
    try checkUnique(plan.programs.map(\.name), what: "program", at: "programs")
    for program in plan.programs { try checker.check(program) }
    try checker.checkData()
    try checker.checkReport()
  }

  /// Checks a reference program that comes without a plan, as the compiler's tests have it.
  package static func check(
    _ reference: ReferenceProgram, states: [StateDeclaration], at place: String
  ) throws(PlanError) {
    let plan = Plan(
      model: "", sourceHash: "", parameters: [:], states: states, data: [], programs: [],
      report: [])
    let checker = PlanChecker(plan: plan)
    try checker.checkStates()
    try checker.check(reference, at: place)
  }

  private func check(_ program: Program) throws(PlanError) {
    let place = "programs.\(program.name)"
    let arena = program.memory.arena
    guard (0...Limits.bytes).contains(arena) else {
      throw PlanError("expected 0 to 2^40 bytes, found \(arena)", at: "\(place).memory.arena")
    }
    let tensors = TensorTable(
      tensors: program.tensors, inputs: program.inputs, arena: arena, isReference: false)
    try check(tensors, at: place)
    try checkNames(program.outputs, tensors, at: "\(place).outputs")
    try checkNames(program.values, tensors, at: "\(place).values")
    for output in program.outputs where tensors[output.tensor].element == .bfloat16 {
      throw PlanError(
        "expected an output of f32 or i64, found bf16", at: "\(place).outputs '\(output.name)'")
    }
    try checkCalls(program.calls, tensors, at: place)
    try checkFused(program, at: place)
    var flow = DataFlowChecker(tensors: tensors, place: place)
    try flow.check(program.calls, outputs: program.outputs)
    if let reference = program.reference { try check(reference, at: "\(place).reference") }
  }

  private func check(_ reference: ReferenceProgram, at place: String) throws(PlanError) {
    let tensors = TensorTable(
      tensors: reference.tensors, inputs: reference.inputs, arena: 0, isReference: true)
    try check(tensors, at: place)
    try checkNames(reference.outputs, tensors, at: "\(place).outputs")
    try checkNames(reference.values, tensors, at: "\(place).values")
    try checkCalls(reference.calls, tensors, at: place)
    var flow = DataFlowChecker(tensors: tensors, place: place)
    try flow.check(reference.calls, outputs: reference.outputs)
  }

  private func checkNames(
    _ names: [Program.NamedTensor], _ table: TensorTable, at place: String
  ) throws(PlanError) {
    try checkUnique(names.map(\.name), what: "value", at: place)
    for (index, named) in names.enumerated() {
      let place = "\(place)[\(index)] '\(named.name)'"
      try table.checkIndex(named.tensor, at: place)
      guard table[named.tensor].storage != .transient else {
        throw PlanError(
          "expected a tensor that is stored, found \(table.name(named.tensor))", at: place)
      }
    }
  }

  private func checkCalls(_ calls: [Call], _ table: TensorTable, at place: String)
    throws(PlanError)
  {
    var draws: [String] = []
    for (index, call) in calls.enumerated() {
      let checker = CallChecker(table: table, place: "\(place).calls[\(index)]")
      try checker.check(call.kernel)
      if case .random(let random) = call.kernel { draws.append(random.name) }
    }
    try checkUnique(draws, what: "random node", at: "\(place).calls")
  }

  private func checkFused(_ program: Program, at place: String) throws(PlanError) {
    try checkUnique(program.fused.map(\.name), what: "value", at: "\(place).fused")
    for (index, fused) in program.fused.enumerated() {
      let place = "\(place).fused[\(index)] '\(fused.name)'"
      let tiles =
        program.calls.indices.contains(fused.call) ? program.calls[fused.call].kernel.tiles : []
      guard !tiles.isEmpty else {
        throw PlanError("expected the index of a tile call, found \(fused.call)", at: place)
      }
      guard tiles.indices.contains(fused.tile) else {
        throw PlanError("expected a tile below \(tiles.count), found \(fused.tile)", at: place)
      }
      let tile = tiles[fused.tile]
      let registers = tile.loads.count + tile.instructions.count
      guard (0..<registers).contains(fused.register) else {
        throw PlanError(
          "expected a register below \(registers), found \(fused.register)", at: place)
      }
      guard Limits.count(fused.shape) != nil else {
        throw PlanError("expected a positive shape, found \(fused.shape)", at: place)
      }
    }
  }
}

/// Refuses two equal names in one list.
func checkUnique(_ names: [String], what: String, at place: String) throws(PlanError) {
  var seen: Set<String> = []
  for name in names where !seen.insert(name).inserted {
    throw PlanError("expected each \(what) name once, found '\(name)' twice", at: place)
  }
}

/// The largest numbers that a plan may hold; small enough that sums and pairwise products of them never overflow.
enum Limits {
  /// Bytes of one tensor, of an arena, of all states.
  static let bytes = 1 << 40
  static let rank = 8
  /// Strides, paddings, dilations and kernel sizes of windows.
  static let window = 1 << 20

  /// The number of elements of a shape, when every extent is positive and 2^40 bytes hold them all.
  static func count(_ shape: [Int], elementSize: Int = 1) -> Int? {
    guard shape.count <= rank else { return nil }
    var count = elementSize
    for extent in shape {
      guard extent > 0, let product = count.multiplied(by: extent), product <= bytes else {
        return nil
      }
      count = product
    }
    return count / elementSize
  }
}
