import ArgumentParser
import Compiler
import GraphIR
import GraphLanguage
import Plan
import Runtime
import Training

/// `planform compile`: from YAML to a plan file.
struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compiles a YAML file into a plan and reports what the compiler did.",
    discussion: """
      Examples:
        planform compile graphs/stackgan/stage1.yaml -o stage1.plan --set batch=32
        planform compile graphs/stackgan/stage1.yaml --stop-after gradient-expansion --quiet

      The passes, in order: \(Pipeline.all.map(\.name).joined(separator: ", ")).
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the plan goes.", valueName: "x.plan"),
    completion: .file(extensions: ["plan"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Refuse a plan that needs more memory, states included.", valueName: "size, as in 2GiB"))
  var memoryLimit: ByteCount?

  @Option(
    help: ArgumentHelp(
      "How images are stored and multiplied, whatever the file says.", valueName: "float32|bf16"),
    completion: .list(Precision.allCases.map(\.rawValue)))
  var precision: Precision?

  @Option(
    name: .customLong("without"),
    help: ArgumentHelp("Leave a pass out; may be repeated.", valueName: "pass"),
    completion: .list(Pipeline.all.map(\.name)))
  var omitted: [String] = []

  @Option(
    help: ArgumentHelp(
      "Print the graphs behind a pass, or behind all that change them.", valueName: "pass|all"),
    completion: .list(Pipeline.all.map(\.name) + ["all"]))
  var dumpAfter: String?

  @Option(
    help: ArgumentHelp(
      "Stop behind a pass, print the graphs and write no plan.", valueName: "pass"),
    completion: .list(Pipeline.all.map(\.name)))
  var stopAfter: String?

  @Flag(help: "Print how long each pass took.")
  var timePasses = false

  @Flag(help: "List every rewrite and every refusal.")
  var verbose = false

  @Flag(help: "Print no report.")
  var quiet = false

  func validate() throws {
    if output == nil, stopAfter == nil {
      throw ValidationError("say where the plan goes by '-o X.plan'")
    }
    do {
      try options.validate(against: Pipeline.all, required: Pipeline.meaning)
    } catch {
      throw ValidationError(error.message.text)
    }
  }

  func run() throws {
    let start = ContinuousClock.now
    let document = try source.document()
    let model = try source.model(of: document, precision: precision)
    let frontEnd = ContinuousClock.now - start
    guard stopAfter == nil, let output else {
      let (_, report) = try Compiler.lower(model, options: options)
      if !quiet { CompilationReport(report: report).printPasses(timed: timePasses, all: verbose) }
      return
    }
    let (plan, report) = try Compiler.compile(model, options: options)
    let bytes = try PlanFile.encode(plan)
    try AtomicFile.write(bytes, to: output)
    if let note = Machine.note(on: plan) { Terminal.printError("note: \(note)") }
    guard !quiet else { return }
    let summary = CompilationReport(report: report)
    summary.printPasses(timed: timePasses, all: verbose)
    PlanOverview(plan: plan).printMemory()
    print(
      "\n\(output): \(Quantity.bytes(bytes.count)), "
        + "\(Quantity.milliseconds(ContinuousClock.now - start)) "
        + "(reading and elaborating \(Quantity.milliseconds(frontEnd)), "
        + "passes \(Quantity.milliseconds(report.duration)), "
        + "planning \(Quantity.milliseconds(report.planning)))")
  }

  private var options: CompileOptions {
    var options = CompileOptions()
    options.without = Set(omitted)
    options.stopAfter = stopAfter
    options.memoryLimit = memoryLimit.map { MemoryLimit(bytes: $0.bytes) }
    options.dumpAfter =
      switch dumpAfter ?? stopAfter {
      case nil: .nothing
      case "all": .everyChange
      case .some(let pass): .pass(pass)
      }
    options.dump = { pass, graph in print("// \(graph.name) after \(pass)\n\(graph)\n") }
    return options
  }
}

extension Precision: ExpressibleByArgument {}
