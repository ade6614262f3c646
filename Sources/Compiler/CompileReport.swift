/// What the compiler did, for `planform compile` and `--time-passes`.
package struct CompileReport: Sendable {
  /// One entry a run of a pass on a program, in the order of running.
  package internal(set) var passes: [PassReport] = []
  /// Wall-clock time of all that was done.
  package internal(set) var duration = Duration.zero

  package init() {}

  /// Every note of every pass on the program.
  package func notes(program: String) -> [(pass: String, note: PassReport.Note)] {
    passes.filter { $0.program == program }.flatMap { report in
      report.notes.map { (report.pass, $0) }
    }
  }

  /// A line a pass: milliseconds over all programs, and the nodes before and after; then the total.
  package var timings: String {
    var order = [String]()
    var rows = [String: (time: Duration, before: Int, after: Int)]()
    for report in passes {
      if rows[report.pass] == nil { order.append(report.pass) }
      let row = rows[report.pass] ?? (.zero, 0, 0)
      rows[report.pass] = (
        row.time + report.duration, row.before + report.nodesBefore, row.after + report.nodesAfter
      )
    }
    let width = order.map(\.count).max() ?? 0
    var lines = order.compactMap { name in
      rows[name].map { row in
        let padding = String(repeating: " ", count: width - name.count)
        return "\(name)\(padding)  \(row.time.milliseconds) ms  \(row.before) → \(row.after) nodes"
      }
    }
    lines.append(
      "total\(String(repeating: " ", count: max(width - 5, 0)))  \(duration.milliseconds) ms")
    return lines.joined(separator: "\n")
  }
}

extension Duration {
  /// Milliseconds with two decimals, right-aligned to eight columns.
  fileprivate var milliseconds: String {
    let hundredths = Int((self / .microseconds(10)).rounded())
    let fraction = String(hundredths % 100)
    let text = "\(hundredths / 100).\(fraction.count < 2 ? "0" : "")\(fraction)"
    return String(repeating: " ", count: max(8 - text.count, 0)) + text
  }
}
