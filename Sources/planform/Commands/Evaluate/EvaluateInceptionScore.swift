import ArgumentParser
import Runtime
import Training

/// `planform evaluate inception-score`.
struct EvaluateInceptionScore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inception-score",
    abstract: "Is a classifier sure of each picture, and do all classes occur?",
    discussion: """
      exp(mean KL(p(y|x) || p(y))) in parts of the pictures: 1 is the worst, the number of classes the best. Only full
      batches of the classifier count. Without a plan that draws, the data set's own pictures are scored.

      Examples:
        planform evaluate inception-score dcgan.plan --weights run/checkpoint.safetensors --samples 5000 \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
        planform evaluate inception-score --data fashion.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var features: FeatureOptions

  @Option(help: ArgumentHelp("Parts that are scored apart.", valueName: "n"))
  var splits = 10

  @Flag(help: "Leave out the first logit, that of a background class which no picture shows.")
  var dropFirst = false

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard splits >= 1 else {
      throw ValidationError("--splits: expected at least 1, found \(splits)")
    }
  }

  func run() throws {
    result.threads.apply()
    let network = try features.network()
    let meter = EvaluationMeter()
    let stream = try pictures.stream(of: pictures.dataSet())
    let logits = try network.table("logits", of: stream, progress: meter.show).rows
    meter.end()
    let full = logits.count / network.batch * network.batch
    guard full > 0 else {
      throw RuntimeError(
        .invalid,
        "\(logits.count) pictures do not fill one batch of the classifier, \(network.batch); draw more "
          + "by --samples, or compile the classifier with a smaller batch")
    }
    let score = try InceptionScore(
      logits: logits.prefix(full), splits: splits, dropsFirst: dropFirst)
    try result.report(
      [
        "Inception Score \(Quantity.decimal(score.mean, digits: 4)) ± "
          + "\(Quantity.decimal(score.deviation, digits: 4)) "
          + "(\(Quantity.count(score.samples, "picture")) in \(Quantity.count(splits, "part")))"
      ],
      .object([
        ("mean", .number(score.mean)), ("std", .number(score.deviation)),
        ("splits", .array(score.parts.map(JSON.number))), ("samples", .integer(score.samples)),
      ]))
  }
}
