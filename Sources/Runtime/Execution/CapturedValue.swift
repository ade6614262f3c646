import Plan

/// A named value that a caller wants to read after a run, and how it is saved while it exists.
struct CapturedValue {
  enum Origin {
    /// A tensor of the plan, copied after the call before this number (0: before the first).
    case tensor(TensorID, afterCalls: Int)
    /// A register of a tile call, written out by one more store.
    case register(call: Int, tile: Int, RegisterSink)
  }
  var name: String
  /// Type, shape and strides of the copy.
  var tensor: PlanTensor
  var origin: Origin

  /// Nil when the value is there after a run anyway: an output or an input.
  init?(_ name: String, in memory: ProgramMemory) throws(RuntimeError) {
    let program = memory.program
    self.name = name
    if program.outputs.contains(where: { $0.name == name }) { return nil }
    if let value = program.values.first(where: { $0.name == name }) {
      tensor = program.tensors[value.tensor.index]
      let base = memory.base(value.tensor)
      let last = program.calls.lastIndex { $0.kernel.writes.contains { memory.base($0) == base } }
      origin = .tensor(value.tensor, afterCalls: last.map { $0 + 1 } ?? 0)
    } else if let fused = program.fused.first(where: { $0.name == name }) {
      guard let sink = RegisterSink(fused, in: program) else {
        throw RuntimeError(
          .unsupported,
          "value '\(name)' \(fused.shape) cannot be captured: its tile call computes it at another "
            + "resolution; compile without fusion to see it")
      }
      tensor = .dense(.float32, fused.shape, label: name)
      origin = .register(call: fused.call, tile: fused.tile, sink)
    } else if program.inputs.contains(where: { $0.name == name }) {
      return nil
    } else {
      throw RuntimeError.unknown(name, "value", among: program.valueNames)
    }
  }
}

/// How a tile call writes out one of its registers.
///
/// A value that varies along the whole iteration space is stored. One that is broadcast along some axes is the
/// maximum of its equal copies along them.
struct RegisterSink {
  private let register: Int
  private let strides: [Int]
  private let isBroadcast: Bool

  /// Nil when the register's points cannot be matched with the elements of the named shape.
  init?(_ fused: Program.NamedRegister, in program: Program) {
    guard program.calls.indices.contains(fused.call) else { return nil }
    let tiles = program.calls[fused.call].kernel.tiles
    guard tiles.indices.contains(fused.tile) else { return nil }
    let tile = tiles[fused.tile]
    let count = fused.shape.reduce(1, *)
    let whole = tile.extent.reduce(1, *) == count
    guard
      let varying = whole ? Set(tile.extent.indices) : Self.varyingAxes(fused.register, in: tile)
    else { return nil }
    let kept = tile.extent.indices.filter(varying.contains)
    guard kept.reduce(1, { $0 * tile.extent[$1] }) == count else { return nil }
    let dense = Layout.rowMajor(kept.map { tile.extent[$0] })
    var strides = Array(repeating: 0, count: tile.extent.count)
    for (axis, stride) in zip(kept, dense) { strides[axis] = stride }
    self.strides = strides
    register = fused.register
    isBroadcast = !whole
  }

  /// The axes along which a register takes different values; nil when a load divides its indices.
  private static func varyingAxes(_ register: Int, in tile: TileCall) -> Set<Int>? {
    var varying: [Set<Int>] = []
    for load in tile.loads {
      guard load.divisors.allSatisfy({ $0 == 1 }) else { return nil }
      varying.append(
        Set(tile.extent.indices.filter { load.strides[$0] != 0 && tile.extent[$0] > 1 }))
    }
    for instruction in tile.instructions {
      varying.append(instruction.operands.reduce(into: []) { $0.formUnion(varying[$1]) })
    }
    return varying[register]
  }

  func append(to tile: inout TileCall, _ target: TensorID) {
    if isBroadcast {
      tile.reductions.append(
        TileReduction(kind: .max, register: register, tensor: target, strides: strides))
    } else {
      tile.stores.append(TileStore(register: register, tensor: target, strides: strides))
    }
  }
}

extension Program {
  /// Every name by which a value of the program can be asked for.
  var valueNames: [String] {
    outputs.map(\.name) + values.map(\.name) + fused.map(\.name) + inputs.map(\.name)
  }

  /// The named values, outputs and inputs included, that a bound program can be asked to show.
  package var capturableNames: [String] {
    let fused = fused.filter { RegisterSink($0, in: self) != nil }
    return outputs.map(\.name) + values.map(\.name) + fused.map(\.name) + inputs.map(\.name)
  }
}
