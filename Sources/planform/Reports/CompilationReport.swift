import Compiler

/// What `planform compile` says about its passes.
struct CompilationReport {
  let report: CompileReport

  /// A line a pass: rewrites, refusals, nodes before and after; then, if wanted, every note.
  func printPasses(timed: Bool, all: Bool) {
    print(Terminal.heading("passes"))
    var table = TextTable(
      [.left, .right, .right, .left],
      header: ["pass", "rewrites", "refusals", "nodes (\(programs.joined(separator: ", ")))"])
    for pass in passes {
      let runs = self.runs.filter { $0.pass == pass }
      let notes = runs.flatMap(\.notes)
      table.append([
        pass, Quantity.grouped(notes.count { $0.kind == .applied }),
        Quantity.grouped(notes.count(where: \.isRefusal)),
        runs.map { "\($0.nodesBefore) → \($0.nodesAfter)" }.joined(separator: ", "),
      ])
    }
    table.print()
    all ? printNotes() : printReasons()
    if timed { print("\n\(Terminal.heading("time"))\n\(report.timings)") }
  }

  /// Why rewrites were refused, with how often.
  private func printReasons() {
    var counts: [String: Int] = [:]
    for run in runs {
      for note in run.notes {
        guard case .refused(let reason) = note.kind else { continue }
        counts["\(run.pass): \(reason)", default: 0] += 1
      }
    }
    let common = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard !common.isEmpty else { return }
    print("\n" + Terminal.heading("refusals") + " (--verbose lists each with its place)")
    for (reason, count) in common.prefix(8) { print("  \(count) x \(reason)") }
    if common.count > 8 { print("  and \(common.count - 8) further reasons") }
  }

  private func printNotes() {
    for run in runs where !run.notes.isEmpty {
      print("\n" + Terminal.heading("\(run.pass) in \(run.program)"))
      for note in run.notes { print("  \(note)") }
    }
  }

  /// The run of each pass on each program that counts: the last, where the compiler tried several orders.
  private var runs: [PassReport] {
    passes.flatMap { pass in
      programs.compactMap { program in
        report.passes.last { $0.pass == pass && $0.program == program }
      }
    }
  }

  private var passes: [String] { distinct(report.passes.map(\.pass)) }
  private var programs: [String] { distinct(report.passes.map(\.program)) }

  private func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}

extension PassReport.Note {
  fileprivate var isRefusal: Bool {
    if case .refused = kind { true } else { false }
  }
}
