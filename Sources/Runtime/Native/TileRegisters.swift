import Plan

/// Where the values of a tile program live while a tile is computed.
///
/// Values are numbered as in the plan: loads, then instructions. Results share buffers as soon as nobody reads the older
/// one any more, so that all of them fit the L1 cache; a result never shares with its own operands.
struct TileRegisters {
  /// The step at which a value is read last: an instruction's index, or their number for stores and reductions; nil for
  /// values that nobody reads.
  private(set) var lastUse: [Int?]
  /// Instructions whose result somebody needs.
  private(set) var live: [Int]
  private let call: TileCall

  init(_ call: TileCall) {
    self.call = call
    let end = call.instructions.count, loads = call.loads.count
    lastUse = Array(repeating: nil, count: loads + end)
    live = []
    for register in call.stores.map(\.register) + call.reductions.map(\.register) {
      lastUse[register] = end
    }
    for index in call.instructions.indices.reversed() where lastUse[loads + index] != nil {
      live.append(index)
      for operand in call.instructions[index].operands {
        lastUse[operand] = lastUse[operand] ?? index
      }
    }
    live.reverse()
  }

  /// Assigns buffers.
  ///
  /// - Parameters:
  ///   - loaded: loads that need a buffer.
  ///   - elsewhere: values that are computed right where they are stored.
  /// - Returns: the buffer of every value, -1 for none, and the number of buffers.
  func buffers(loaded: [Int], elsewhere: Set<Int>) -> (of: [Int32], count: Int) {
    let loads = call.loads.count
    var buffers = [Int32](repeating: -1, count: lastUse.count)
    var count = 0
    func fresh() -> Int32 {
      count += 1
      return Int32(count - 1)
    }
    for load in loaded { buffers[load] = fresh() }
    for index in live where call.instructions[index].opcode == .constant {
      buffers[loads + index] = fresh()
    }
    var available: [Int32] = []
    var held: [(buffer: Int32, until: Int)] = []
    for index in live where call.instructions[index].opcode != .constant {
      // Freed only after the step that reads them last.
      for entry in held where entry.until < index { available.append(entry.buffer) }
      held.removeAll { $0.until < index }
      let value = loads + index
      guard !elsewhere.contains(value), let until = lastUse[value] else { continue }
      let buffer = available.popLast() ?? fresh()
      buffers[value] = buffer
      held.append((buffer, until))
    }
    return (buffers, count)
  }
}
