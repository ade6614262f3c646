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
        planform compile graphs/stackgan/stage1.yaml -o stage1.plan --tune
        planform compile graphs/stackgan/stage1.yaml --stop-after gradient-expansion --quiet

      The passes, in order: \(Pipeline.all.map(\.name).joined(separator: ", ")).
      All may be left out but \(Pipeline.required.map(\.name).joined(separator: ", ")).
      """)

  @OptionGroup var source: ModelArguments

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the plan goes.", valueName: "x.plan"),
    completion: .file(extensions: ["plan"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Stay within so much memory, states included, at the cost of time, or refuse.",
      valueName: "size, as in 2GiB"))
  var memoryLimit: ByteCount?

  @Option(
    help: ArgumentHelp(
      "How images are stored and multiplied, whatever the file says.", valueName: "float32|bf16"),
    completion: .list(Precision.allCases.map(\.rawValue)))
  var precision: Precision?

  @Option(
    name: .customLong("without"),
    help: ArgumentHelp("Leave an optimisation out; may be repeated.", valueName: "pass"),
    completion: .list(Pipeline.optional))
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

  @Flag(
    help: ArgumentHelp(
      "Time every way to compute each convolution on this machine, those beside resampling in every form, and keep the fastest.",
      discussion:
        "Without it, a model of the costs chooses. Either takes tiles of 4×4 results, which round the most, where the others take over a tenth longer."
    ))
  var tune = false

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
    if tune, stopAfter != nil {
      throw ValidationError(
        "--tune needs a plan, which --stop-after does not write; use one of them")
    }
    do {
      try options.validate()
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
    var (options, tuning) = (options, TuningReport())
    if tune, !omitted.contains(resampledConvolution.name) {
      options.resampledForms = try tuning.forms(of: model, showsProgress: !quiet)
    }
    let limit = memoryLimit.map { MemoryLimit(bytes: $0.bytes) }
    var (plan, report) = try Compiler.compile(model, options: options, within: limit)
    try limit.map { try check($0, of: plan) }
    if tune { plan = try tuning.tune(plan, showsProgress: !quiet) }
    let bytes = try PlanFile.encode(plan)
    try AtomicFile.write(bytes, to: output)
    if let note = Machine.note(on: plan) { Terminal.printError("note: \(note)") }
    guard !quiet else { return }
    let summary = CompilationReport(report: report)
    summary.printPasses(timed: timePasses, all: verbose)
    if tune { tuning.print() }
    PlanOverview(plan: plan).printMemory()
    print(
      "\n\(output): \(Quantity.bytes(bytes.count)), "
        + "\(Quantity.milliseconds(ContinuousClock.now - start)) "
        + "(reading and elaborating \(Quantity.milliseconds(frontEnd)), "
        + "compiling \(Quantity.milliseconds(report.duration)))")
  }

  /// Refuses a plan beyond the limit, and says which batch would fit.
  private func check(_ limit: MemoryLimit, of plan: Plan) throws {
    do throws(Diagnostic) {
      try limit.check(plan)
    } catch {
      var refusal = error
      if let batch = plan.parameters["batch"].flatMap(Int.init) {
        let largest = try limit.largestBatch(below: batch, plan: compiled(batch:))
        refusal.notes.append(
          .init(
            largest.map { "the largest batch that fits is \($0): '--set batch=\($0)'" }
              ?? "no smaller batch than \(batch) fits either"))
      }
      throw refusal
    }
  }

  /// The plan at another batch size; nil if the model allows no such batch.
  private func compiled(batch: Int) throws -> Plan? {
    var other = source
    other.assignments.append("batch=\(batch)")
    var options = options
    options.recomputation = .greatest
    do {
      return try Compiler.compile(other.model(of: other.document()), options: options).plan
    } catch is Diagnostics {
      return nil
    }
  }

  private var options: CompileOptions {
    var options = CompileOptions()
    options.without = Set(omitted)
    options.stopAfter = stopAfter
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
