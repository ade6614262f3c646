import Plan
import Runtime

/// Every kernel call of a program in order, with its result and its work.
struct KernelList {
  let program: Program

  func print() {
    Swift.print(
      "\n" + Terminal.heading("program \(program.name): ")
        + Quantity.count(program.calls.count, "kernel call"))
    var table = TextTable(
      [.right, .left, .left, .right, .right, .left],
      header: ["#", "kernel", "result", "MFLOP", "MiB moved", "computes"])
    for (index, call) in program.calls.enumerated() {
      let cost = CallCost(call.kernel, program.tensors)
      let results = call.kernel.writes.map { program.tensors[$0.index].typeText }
      table.append([
        String(index), call.kernel.summary,
        (results.first ?? "") + (results.count > 1 ? " + \(results.count - 1)" : ""),
        Quantity.decimal(Double(cost.flops) / 1e6, digits: 1),
        Quantity.decimal(Double(cost.bytes) / 0x1p20, digits: 1), call.label,
      ])
    }
    table.print()
    var counts: [String: Int] = [:]
    for call in program.calls { counts[call.kernel.name, default: 0] += 1 }
    let ranking = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    Swift.print("  " + ranking.map { "\($0.value) x \($0.key)" }.joined(separator: ", "))
  }
}

extension KernelCall {
  /// The kernel's name, for a tile with the length of its program, for a list with that of the list, and of a measured
  /// image with what computes it.
  fileprivate var summary: String {
    if case .measured(let measured) = self { return "\(name) \(measured.producer.call.name)" }
    guard let tile = tiles.first else { return name }
    if case .tileList = self { return "\(name) (\(tiles.count) tiles)" }
    let reductions = tile.reductions.isEmpty ? "" : ", \(tile.reductions.count) reduced"
    return "\(name) (\(tile.instructions.count) instructions\(reductions))"
  }
}
