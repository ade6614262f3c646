import ArgumentParser
import Plan
import Runtime
import Training

/// `planform evaluate style`.
struct EvaluateStyle: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "style",
    abstract: "Do pictures of alike colours have alike style vectors?",
    discussion: """
      Pictures are grouped by colour (k-means). The cosine of two pictures' style vectors should tell whether they are of the
      same group: the area under the ROC curve, 0.5 by chance, as the mean over folds of the pictures. The same number for
      the captions' embeddings says how much a caption alone knows of it.

      Example:
        planform evaluate style gan_cls.plan --weights run/checkpoint.safetensors --data emoji.safetensors
      """)

  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("A checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    help: ArgumentHelp("The program that turns a picture into its style.", valueName: "name"))
  var program = "style"

  @Option(
    help: ArgumentHelp("The data set.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String

  @Option(help: "Which colour counts: of the frame around the object, or of the whole picture.")
  var colour = Picture.ColourRegion.background

  @Option(help: ArgumentHelp("Groups of colours.", valueName: "n"))
  var clusters = 100

  @Option(help: ArgumentHelp("Parts that are scored apart.", valueName: "n"))
  var folds = 5

  @Option(help: "Seed of groups and folds.")
  var seed: UInt64 = 0

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard clusters >= 2, folds >= 1 else {
      throw ValidationError("--clusters and --folds: expected at least 2 clusters and 1 fold")
    }
  }

  func run() throws {
    result.threads.apply()
    let dataSet = try DataSet.open(path: data)
    let network = try FeatureNetwork(
      plan: source.load(.withoutReferences), weights: weights, program: program)
    guard let output = network.outputs.first(where: { $0.shape.count == 2 })?.name else {
      throw RuntimeError(
        .invalid, "the program '\(program)' has no output of shape [batch, numbers], a style")
    }
    let meter = EvaluationMeter()
    let (styles, indices) = try network.table(
      output, of: DataSetPictures(of: dataSet, seed: seed), labels: dataSet.labels ?? [],
      progress: meter.show)
    meter.end()
    let colours = indices.map { dataSet.picture(at: $0).colour(of: colour) }
    let captions = FeatureTable(
      dimension: dataSet.embeddingDimension,
      indices.flatMap { dataSet.embedding(at: $0, caption: 0) })
    let style = try verification(of: styles, colours)
    let text = try verification(of: captions, colours)
    try result.report(
      [
        "ROC AUC \(Self.text(style)) by style, \(Self.text(text)) by caption "
          + "(\(Quantity.count(dataSet.count, "picture")), "
          + "\(Quantity.count(style.groups, "group")) by \(colour.rawValue) colour, "
          + "\(Quantity.count(folds, "fold")))"
      ],
      .object([
        ("auc", .number(style.mean)), ("auc_std", .number(style.deviation)),
        ("folds", .array(style.areas.map(JSON.number))), ("auc_text", .number(text.mean)),
        ("auc_text_std", .number(text.deviation)), ("clusters", .integer(style.groups)),
      ]))
  }

  private func verification(
    of rows: FeatureTable, _ colours: [[Double]]
  ) throws(RuntimeError) -> StyleVerification {
    try StyleVerification(
      styles: rows, colours: colours, clusters: clusters, folds: folds, seed: seed)
  }

  private static func text(_ verification: StyleVerification) -> String {
    Quantity.decimal(verification.mean, digits: 4) + " ± "
      + Quantity.decimal(verification.deviation, digits: 4)
  }
}

extension Picture.ColourRegion: ExpressibleByArgument {}
