import ArgumentParser
import Runtime
import Training

/// `planform evaluate accuracy`.
struct EvaluateAccuracy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy",
    abstract: "Does a classifier see the classes that pictures have, or were drawn for?",
    discussion: """
      Prints the share of right answers and the confusion matrix, a row for each true class. With a plan that draws, the true
      class is the one that a picture was drawn for.

      Examples:
        planform evaluate accuracy --data test.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
        planform evaluate accuracy dcgan.plan --weights run/checkpoint.safetensors --data fashion.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var features: FeatureOptions
  @OptionGroup var result: ResultOptions

  func run() throws {
    result.threads.apply()
    guard let dataSet = try pictures.dataSet(), let labels = dataSet.labels else {
      throw RuntimeError(
        .invalid,
        "accuracy needs a data set with labels by --data; 'planform data folder' makes them of "
          + "the folders' names")
    }
    let meter = EvaluationMeter()
    let (logits, indices) = try features.network().table(
      "logits", of: pictures.stream(of: dataSet), progress: meter.show)
    meter.end()
    guard indices.count == logits.count else {
      throw RuntimeError(
        .invalid,
        "the program '\(pictures.program)' draws without any condition, so that there is no class to "
          + "compare with")
    }
    let matrix = try ConfusionMatrix(logits: logits, labels: indices.map { labels[$0] })
    let names = matrix.counts.indices.map { dataSet.domainName(Int64($0)) }
    try result.report(
      [
        "accuracy \(Quantity.decimal(matrix.accuracy * 100, digits: 2)) % "
          + "(\(Quantity.count(matrix.total, "picture")))"
      ] + Self.table(matrix, names),
      .object([
        ("accuracy", .number(matrix.accuracy)), ("samples", .integer(matrix.total)),
        ("classes", JSON.strings(names)),
        ("confusion", .array(matrix.counts.map { .array($0.map(JSON.integer)) })),
      ]))
  }

  /// True classes down, guessed classes across, by number.
  private static func table(_ matrix: ConfusionMatrix, _ names: [String]) -> [String] {
    var table = TextTable(
      [.left] + names.map { _ in .right }, header: [""] + names.indices.map { "\($0)" })
    for (index, row) in matrix.counts.enumerated() {
      table.append(["\(index) \(names[index])"] + row.map { "\($0)" })
    }
    return table.lines
  }
}
