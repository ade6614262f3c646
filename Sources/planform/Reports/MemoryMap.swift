import Plan

/// A program's arena over time as text: blocks of memory from bottom to top, calls from left to right.
struct MemoryMap {
  /// A stretch of the arena that some tensor occupies during some calls.
  private struct Block {
    var label: String
    var offsets: Range<Int>
    var calls: ClosedRange<Int>
  }

  private static let columns = 84
  private static let rows = 24
  /// Blocks with a letter of their own and a line in the legend.
  private static let lettered = 26

  let program: Program

  func print() {
    let memory = program.memory
    Swift.print(
      "\n" + Terminal.heading("program \(program.name): ")
        + "arena \(Quantity.bytes(memory.arena)), lower bound \(Quantity.bytes(memory.lowerBound)), "
        + "without reuse \(Quantity.bytes(memory.withoutReuse))")
    guard memory.arena > 0, !program.calls.isEmpty else { return }
    let blocks = self.blocks.sorted { area($0) > area($1) }
    for row in (0..<Self.rows).reversed() {
      let offset = (2 * row + 1) * memory.arena / (2 * Self.rows)
      let label = row.isMultiple(of: 6) ? Quantity.bytes(row * memory.arena / Self.rows) : ""
      let padding = String(repeating: " ", count: max(0, 10 - label.count))
      Swift.print("\(padding)\(label) │" + line(at: offset, blocks))
    }
    Swift.print("           └" + String(repeating: "─", count: width))
    let last = "call \(program.calls.count - 1)"
    let gap = String(repeating: " ", count: max(1, width - 6 - last.count))
    Swift.print("            call 0" + gap + last)
    printLegend(blocks)
  }

  private var width: Int { min(Self.columns, program.calls.count) }

  private func line(at offset: Int, _ blocks: [Block]) -> String {
    String(
      (0..<width).map { column -> Character in
        let call = (2 * column + 1) * program.calls.count / (2 * width)
        let found = blocks.firstIndex { $0.offsets.contains(offset) && $0.calls.contains(call) }
        return found.map(letter) ?? "·"
      })
  }

  private func letter(_ index: Int) -> Character {
    index < Self.lettered ? Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index))) : "+"
  }

  private func printLegend(_ blocks: [Block]) {
    var table = TextTable([.left, .right, .right, .left])
    for (index, block) in blocks.prefix(Self.lettered).enumerated() {
      table.append([
        String(letter(index)), Quantity.bytes(block.offsets.count),
        "calls \(block.calls.lowerBound)-\(block.calls.upperBound)", block.label,
      ])
    }
    table.print()
    if blocks.count > Self.lettered {
      Swift.print("  +  \(blocks.count - Self.lettered) further blocks     ·  free")
    }
  }

  private func area(_ block: Block) -> Int { block.offsets.count * block.calls.count }

  /// Every arena tensor with the calls from its first to its last use; outputs live to the end.
  private var blocks: [Block] {
    var uses: [Int: ClosedRange<Int>] = [:]
    func use(_ id: TensorID, at call: Int) {
      let base = program.tensors.base(of: id).index
      uses[base] =
        min(
          uses[base]?.lowerBound ?? call, call)...max(
          uses[base]?.upperBound ?? call, call)
    }
    for (index, call) in program.calls.enumerated() {
      for id in call.kernel.reads + call.kernel.writes { use(id, at: index) }
    }
    for output in program.outputs { use(output.tensor, at: program.calls.count - 1) }
    return uses.sorted { $0.key < $1.key }.compactMap { index, calls in
      let tensor = program.tensors[index]
      guard case .arena(let offset) = tensor.storage else { return nil }
      return Block(
        label: tensor.label.isEmpty ? tensor.typeText : "\(tensor.label) \(tensor.typeText)",
        offsets: offset..<offset + max(1, tensor.byteCount), calls: calls)
    }
  }
}
