import ArgumentParser
import Foundation
import Plan
import Runtime
import Training

/// `planform show`: explains a plan.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains a plan: programs, memory, kernels, names.",
    discussion: """
      Examples:
        planform show stage1.plan --memory
        planform show stage1.plan --dot --program sample | dot -Tsvg > sample.svg
        planform show stage1.plan --json | jq '.programs[].memory'
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    name: .customLong("program"),
    help: ArgumentHelp("Only this program; may be repeated.", valueName: "name"))
  var chosen: [String] = []

  @Flag(help: "Draw the arena over time.")
  var memory = false

  @Flag(help: "List every kernel call.")
  var kernels = false

  @Flag(
    name: .customLong("names"),
    help: "List the inputs, the random nodes, and every name that 'run --save' knows.")
  var listsNames = false

  @Flag(help: "Print the plan as JSON.")
  var json = false

  @Flag(help: "Print the calls and the tensors between them for Graphviz.")
  var dot = false

  func validate() throws {
    if json && dot { throw ValidationError("--json and --dot exclude each other") }
  }

  func run() throws {
    let plan = try source.load()
    let programs = try plan.programs(named: chosen)
    if json {
      FileHandle.standardOutput.write(Data(try PlanFile.encode(plan)))
    } else if dot {
      print(CallGraph(programs: programs).dot)
    } else {
      if !(memory || kernels || listsNames) { PlanOverview(plan: plan).printSummary() }
      for program in programs {
        if kernels { KernelList(program: program).print() }
        if listsNames { NameList(program: program).print() }
        if memory { MemoryMap(program: program).print() }
      }
    }
  }
}
