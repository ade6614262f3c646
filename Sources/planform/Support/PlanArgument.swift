import ArgumentParser
import Plan
import Runtime
import Training

/// A plan file: what most commands begin with.
struct PlanArgument: ParsableArguments {
  @Argument(
    help: "The plan file that 'planform compile' has written.",
    completion: .file(extensions: ["plan"]))
  var plan: String

  /// Reads and checks the plan.
  func load(_ contents: PlanFile.Contents = .everything) throws(RuntimeError) -> Plan {
    try Plan(reading: plan, contents)
  }

  /// Reads and checks a plan that is going to run, and says what this machine lacks for it.
  func loadToRun(
    _ contents: PlanFile.Contents = .withoutReferences
  ) throws(RuntimeError) -> Plan {
    Heap.keepSmall()
    let plan = try load(contents)
    if let note = Machine.note(on: plan) { Terminal.printError("note: \(note)") }
    return plan
  }
}

extension Plan {
  /// Reads and checks a plan file; whatever is asked of the plan afterwards is safe.
  init(reading path: String, _ contents: PlanFile.Contents = .everything) throws(RuntimeError) {
    let file = try MappedFile(path: path)
    do {
      self = try PlanFile.decode(file.withBytes { Array($0) }, contents)
      try PlanChecker.check(self)
    } catch {
      throw RuntimeError(.invalid, "'\(path)' is refused: \(error)")
    }
  }

  /// The programs asked for by name, or all.
  func programs(named names: [String]) throws(RuntimeError) -> [Program] {
    guard !names.isEmpty else { return programs }
    return try names.map { name throws(RuntimeError) in
      guard let program = program(named: name) else {
        throw RuntimeError(
          .missing,
          "the plan has no program '\(name)'; it has "
            + programs.map { "'\($0.name)'" }.joined(separator: ", "))
      }
      return program
    }
  }
}
