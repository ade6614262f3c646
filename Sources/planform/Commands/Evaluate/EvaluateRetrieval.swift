import ArgumentParser
import Plan
import Runtime
import Training

/// `planform evaluate retrieval`.
struct EvaluateRetrieval: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrieval",
    abstract: "Is the training picture nearest to a drawn one, by pixels, one with its caption?",
    discussion: """
      Example:
        planform evaluate retrieval emoji.plan --weights run/checkpoint.safetensors --data emoji.safetensors
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("A checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    help: ArgumentHelp("The data set trained on.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String

  @Option(help: ArgumentHelp("Captions to draw, at most.", valueName: "n"))
  var captions = 64

  @Option(help: ArgumentHelp("Pictures for each caption.", valueName: "n"))
  var count = 4

  @Option(help: "Seed of the noise.")
  var seed: UInt64 = 0

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard captions >= 1, 1...4096 ~= count else {
      throw ValidationError("--captions and --count: expected at least 1")
    }
  }

  func run() throws {
    result.threads.apply()
    let plan = try source.load(.withoutReferences)
    let session = try Session(plan: plan, seed: seed)
    _ = try StateFile.read(
      SafetensorsFile.read(path: weights), named: weights, into: session.states, of: plan)
    let retrieval = try Retrieval.measure(
      session: session, dataSet: DataSet.open(path: data), captions: captions,
      samplesEach: count, seed: seed)
    try result.report(
      ["\(retrieval)"],
      .object([
        ("top1", .number(retrieval.top1)), ("top5", .number(retrieval.top5)),
        ("chance1", .number(retrieval.chance1)), ("chance5", .number(retrieval.chance5)),
        ("captions", .integer(retrieval.captions)), ("count", .integer(retrieval.samplesEach)),
      ]))
  }
}
