import Runtime

/// What `planform profile` says: the slowest calls, and totals by kernel and implementation.
struct ProfileReport {
  let profile: ProgramProfile
  let steps: Int
  let loading: Duration
  let machine: MachineRates

  func print(top: Int) {
    Swift.print(
      Terminal.heading("program \(profile.program): ")
        + "\(Quantity.decimal(profile.milliseconds, digits: 2)) ms a run over "
        + "\(Quantity.count(steps, "run")), loaded in \(Quantity.milliseconds(loading))")
    if top > 0 { printCalls(top) }
    printTotals()
  }

  private func printCalls(_ top: Int) {
    var table = TextTable(
      [.right, .right, .right, .right, .left, .left, .left],
      header: ["ms", "share", "GFLOP/s", "GB/s", "kernel", "implementation", "computes"])
    let slowest = profile.calls.sorted { $0.milliseconds > $1.milliseconds }
    for call in slowest.prefix(top) {
      table.append(
        numbers(call.milliseconds, call.cost) + [call.kernel, call.implementation, call.label])
    }
    table.print()
    if slowest.count > top { Swift.print("  and \(slowest.count - top) faster calls") }
  }

  private func printTotals() {
    struct Total {
      var calls = 0
      var milliseconds = 0.0
      var cost = CallCost(flops: 0, bytes: 0)
    }
    var totals: [String: Total] = [:]
    var all = Total()
    for call in profile.calls {
      for key in ["\(call.kernel) (\(call.implementation))", ""] {
        var total = key.isEmpty ? all : totals[key] ?? Total()
        total.calls += 1
        total.milliseconds += call.milliseconds
        total.cost.flops += call.cost.flops
        total.cost.bytes += call.cost.bytes
        if key.isEmpty { all = total } else { totals[key] = total }
      }
    }
    Swift.print(
      "\n" + Terminal.heading("by kernel")
        + " (this machine: \(Quantity.decimal(machine.gigaflopsPerSecond, digits: 1)) GFLOP/s in a "
        + "1536³ product, \(Quantity.decimal(machine.gigabytesPerSecond, digits: 1)) GB/s in a copy)"
    )
    var table = TextTable(
      [.right, .right, .right, .right, .right, .left],
      header: ["ms", "share", "GFLOP/s", "GB/s", "calls", "kernel"])
    for (name, total) in totals.sorted(by: { $0.value.milliseconds > $1.value.milliseconds }) {
      table.append(numbers(total.milliseconds, total.cost) + [String(total.calls), name])
    }
    table.append(numbers(all.milliseconds, all.cost) + [String(all.calls), "total"])
    table.print()
    let overall = Double(all.cost.flops) / max(all.milliseconds, 1e-9) / 1e6
    let products = profile.products
    Swift.print(
      "  \(ofProduct(overall)) of the product's rate over the whole run; convolutions and products: "
        + "\(Quantity.decimal(products.gigaflopsPerSecond, digits: 1)) GFLOP/s, "
        + ofProduct(products.gigaflopsPerSecond))
  }

  private func ofProduct(_ rate: Double) -> String {
    Quantity.decimal(rate / max(machine.gigaflopsPerSecond, 1e-9) * 100, digits: 1) + " %"
  }

  private func numbers(_ milliseconds: Double, _ cost: CallCost) -> [String] {
    let share = milliseconds / max(profile.milliseconds, 1e-9) * 100
    let perSecond = 1 / max(milliseconds, 1e-9) / 1e6
    return [
      Quantity.decimal(milliseconds, digits: 3), Quantity.decimal(share, digits: 1) + " %",
      Quantity.decimal(Double(cost.flops) * perSecond, digits: 1),
      Quantity.decimal(Double(cost.bytes) * perSecond, digits: 1),
    ]
  }
}
