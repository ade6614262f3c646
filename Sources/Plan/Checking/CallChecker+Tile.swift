/// Tile programs and copies, which address memory by strides of their own.
extension CallChecker {
  func check(_ call: TileCall) throws(PlanError) {
    guard Limits.count(call.extent) != nil else {
      throw refusal("expected a positive iteration space, found \(call.extent)")
    }
    guard !call.stores.isEmpty || !call.reductions.isEmpty else {
      throw refusal("expected at least one store or reduction, found none")
    }
    for (index, load) in call.loads.enumerated() {
      try check(load, call.extent, "loads[\(index)]")
    }
    var registers = call.loads.count
    for (index, instruction) in call.instructions.enumerated() {
      guard instruction.operands.count == instruction.opcode.arity,
        instruction.operands.allSatisfy((0..<registers).contains)
      else {
        throw refusal(
          "expected \(instruction.opcode.arity) registers below \(registers) in "
            + "instructions[\(index)], found '\(instruction)'")
      }
      registers += 1
    }
    for (index, store) in call.stores.enumerated() {
      try checkRegister(store.register, registers, "stores[\(index)]")
      try checkTarget(store.tensor, call.extent, store.strides, "stores[\(index)]")
    }
    for (index, reduction) in call.reductions.enumerated() {
      try checkRegister(reduction.register, registers, "reductions[\(index)]")
      try checkReduction(reduction, call.extent, "reductions[\(index)]")
    }
  }

  func check(_ call: TileListCall) throws(PlanError) {
    guard (1...TileListCall.limit).contains(call.tiles.count) else {
      throw refusal("expected 1 to \(TileListCall.limit) tiles, found \(call.tiles.count)")
    }
    for (index, tile) in call.tiles.enumerated() {
      let checker = CallChecker(table: table, place: "\(place).tiles[\(index)]")
      guard tile.reductions.isEmpty else {
        throw checker.refusal("expected no reductions in a list, found \(tile.reductions.count)")
      }
      try checker.check(tile)
    }
  }

  private func check(_ load: TileLoad, _ extent: [Int], _ role: String) throws(PlanError) {
    guard load.strides.count == extent.count, load.divisors.count == extent.count else {
      throw refusal(
        "expected \(extent.count) strides and divisors in \(role), found \(load.strides.count) "
          + "and \(load.divisors.count)")
    }
    guard load.divisors.allSatisfy({ (1...Limits.window).contains($0) }) else {
      throw refusal(
        "expected divisors from 1 to \(Limits.window) in \(role), found \(load.divisors)")
    }
    let reached = extent.indices.map { (extent[$0] - 1) / load.divisors[$0] + 1 }
    try checkReach(load.tensor, reached, load.strides, offset: 0, role)
  }

  private func checkRegister(_ register: Int, _ count: Int, _ role: String) throws(PlanError) {
    guard (0..<count).contains(register) else {
      throw refusal("expected a register below \(count) in \(role), found \(register)")
    }
  }

  private func checkReduction(_ reduction: TileReduction, _ extent: [Int], _ role: String)
    throws(PlanError)
  {
    guard reduction.strides.count == extent.count else {
      throw refusal(
        "expected \(extent.count) strides in \(role), found \(reduction.strides.count)")
    }
    let kept = extent.indices.filter { reduction.strides[$0] != 0 }
    _ = try floats(reduction.tensor, role)
    try checkTarget(
      reduction.tensor, kept.map { extent[$0] }, kept.map { reduction.strides[$0] }, role)
  }

  /// A target is visited exactly once at each element.
  private func checkTarget(
    _ id: TensorID, _ extent: [Int], _ strides: [Int], _ role: String
  ) throws(PlanError) {
    let tensor = table[id]
    _ = try reals(id, role)
    guard let pattern = AddressPattern(extent: extent, strides: strides), pattern.isInjective,
      pattern == AddressPattern(extent: tensor.shape, strides: tensor.strides)
    else {
      throw refusal(
        "expected \(role) to visit every element of \(table.name(id)) \(tensor.shape) once, found "
          + "strides \(strides) over \(extent)")
    }
  }

  /// Every addressed offset lies between the tensor's first and last element; strides may lead backwards.
  private func checkReach(
    _ id: TensorID, _ extent: [Int], _ strides: [Int], offset: Int, _ role: String
  ) throws(PlanError) {
    let room = table.span(id) / table[id].element.size
    // The least integer has no magnitude among the integers; any as large leads out of the tensor.
    let strides = strides.map { max($0, -.max) }
    let pattern = AddressPattern(extent: extent, strides: strides.map { Int($0.magnitude) })
    let backwards = AddressPattern(extent: extent, strides: strides.map { -min($0, 0) })
    guard let pattern, let backwards, (0..<room).contains(offset), backwards.last <= offset,
      pattern.last < room - (offset - backwards.last)
    else {
      throw refusal(
        "expected \(role) to stay within the \(room) elements of \(table.name(id)), found strides "
          + "\(strides) over \(extent) from \(offset)")
    }
  }

  func check(_ call: CopyCall) throws(PlanError) {
    guard table[call.source].element == table[call.target].element else {
      throw refusal(
        "expected equal element types, found \(table[call.source].element.rawValue) and "
          + table[call.target].element.rawValue)
    }
    guard Limits.count(call.extent) != nil else {
      throw refusal("expected a positive extent, found \(call.extent)")
    }
    try checkReach(
      call.source, call.extent, call.sourceStrides, offset: call.sourceOffset, "the source")
    try checkReach(
      call.target, call.extent, call.targetStrides, offset: call.targetOffset, "the target")
    guard
      AddressPattern(extent: call.extent, strides: call.targetStrides)?.isInjective == true
    else {
      throw refusal(
        "expected target strides that visit no element twice, found \(call.targetStrides) over "
          + "\(call.extent)")
    }
  }
}
