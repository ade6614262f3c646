package import Plan

/// A value inside a tile program while it is being built: a load or the result of an instruction.
package struct TileRegister: Hashable, Sendable {
  package let id: Int

  package init(id: Int) { self.id = id }
}

/// Collects the instructions of a tile program.
///
/// Equal instructions on equal registers are emitted once, and constants are shared.
package struct TileBody: Sendable {
  package struct Item: Sendable {
    package var register: TileRegister
    package var opcode: TileOpcode
    package var operands: [TileRegister]
    package var immediate: Double
  }

  /// Instructions in order; loads are not among them.
  package private(set) var items: [Item] = []
  private var nextID = 0
  private var known: [String: TileRegister] = [:]

  package init() {}

  /// A register that a load will fill.
  package mutating func load() -> TileRegister {
    defer { nextID += 1 }
    return TileRegister(id: nextID)
  }

  package mutating func constant(_ value: Double) -> TileRegister {
    emit(.constant, [], immediate: value)
  }

  package mutating func emit(_ opcode: TileOpcode, _ operands: TileRegister...) -> TileRegister {
    emit(opcode, operands, immediate: 0)
  }

  private mutating func emit(
    _ opcode: TileOpcode, _ operands: [TileRegister], immediate: Double
  ) -> TileRegister {
    let key = "\(opcode.rawValue) \(operands.map(\.id)) \(immediate.bitPattern)"
    if let register = known[key] { return register }
    let register = load()
    items.append(Item(register: register, opcode: opcode, operands: operands, immediate: immediate))
    known[key] = register
    return register
  }
}
