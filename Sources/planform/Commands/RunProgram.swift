import ArgumentParser
import Plan
import Runtime
import Training

/// `planform run`: one program, once, on tensors from files.
struct RunProgram: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs one program once on tensors from safetensors files.",
    discussion: """
      The inputs file holds tensors by the names of inputs, scheduled numbers and random nodes; 'planform show --names'
      lists them all, and every value that --save knows. Nothing but named files is written.

      Examples:
        planform run stage1.plan train --weights w.safetensors --inputs batch.safetensors \\
          --outputs out.safetensors --save d_loss,g_loss,'grad/*' --state-out w2.safetensors
        planform run stage1.plan sample --inputs text.safetensors --outputs o.safetensors --reference
      """)

  enum Precision: String, CaseIterable, ExpressibleByArgument { case float32, float64 }

  @OptionGroup var source: PlanArgument

  @Argument(help: "The program's name, such as 'train' or 'sample'.")
  var program: String

  @Option(
    help: ArgumentHelp(
      "Weights or checkpoint; states that it lacks start with their first values.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var weights: String?

  @Option(
    help: ArgumentHelp("Tensors for inputs and random nodes.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var inputs: String?

  @Option(
    help: ArgumentHelp("Where outputs and saved values go.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var outputs: String?

  @Option(
    help: ArgumentHelp("Where all state goes after the run.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var stateOut: String?

  @Option(
    name: .customLong("save"),
    help: ArgumentHelp(
      "Further values to write, separated by commas; '*' stands for any text.",
      valueName: "name,..."))
  var saves: [String] = []

  @Flag(name: .customLong("grad"), help: "Save every gradient; the same as --save 'grad/*'.")
  var savesGradients = false

  @Flag(help: "Run the unoptimised program by the reference interpreter.")
  var reference = false

  @Option(help: "Precision of the reference interpreter.")
  var precision: Precision?

  @Option(help: "Seed of random nodes that no input replaces.")
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("The step's number, for schedules and noise.", valueName: "n"))
  var iteration = 0

  @Option(help: ArgumentHelp("Steps in an epoch, for schedules in epochs.", valueName: "n"))
  var epochLength: Int?

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if precision != nil, !reference {
      throw ValidationError("--precision applies to --reference only")
    }
    guard iteration >= 0 else {
      throw ValidationError("--iteration: expected at least 0, found \(iteration)")
    }
    if let epochLength, epochLength < 1 {
      throw ValidationError("--epoch-length: expected at least 1, found \(epochLength)")
    }
  }

  func run() throws {
    threads.apply()
    var request = ProgramRequest(program: program)
    request.engine = !reference ? .plan : precision == .float64 ? .reference64 : .reference32
    request.weights = weights
    request.inputs = inputs
    request.outputs = outputs
    request.stateOut = stateOut
    request.saves =
      saves.flatMap { $0.split(separator: ",").map(String.init) }
      + (savesGradients ? ["grad/*"] : [])
    request.seed = seed
    request.iteration = iteration
    request.epochLength = epochLength
    let result = try ProgramRunner.run(
      request, of: source.loadToRun(reference ? .everything : .withoutReferences))
    if let report = result.weights, !report.isExact { Terminal.printError("weights: \(report)") }
    var table = TextTable([.left, .left, .right], indentation: 0)
    for (name, tensor) in result.tensors {
      let value = tensor.count == 1 ? tensor.floats.first.map { String($0) } ?? "" : ""
      table.append([name, Quantity.shape(tensor.shape), value])
    }
    table.print()
  }
}
