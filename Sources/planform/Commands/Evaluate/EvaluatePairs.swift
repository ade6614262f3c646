import ArgumentParser
import Runtime
import Training

/// `planform evaluate pairs`.
struct EvaluatePairs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pairs",
    abstract: "How far are translations from the true pictures, where these are known?",
    discussion: """
      For data sets that say which pictures of different domains show the same thing, as 'planform data emoji --style' does:
      the mean absolute (L1) and squared (MSE) difference between a translation and the truth, of pixels from 0 to 1. The
      untranslated picture is the baseline.

      Example:
        planform evaluate pairs stargan.plan --weights run/checkpoint.safetensors --program reference \\
          --data styles.safetensors --json pairs.json
      """)

  @OptionGroup var translation: TranslationOptions

  @Option(help: ArgumentHelp("Pairs of each two domains, at most.", valueName: "n"))
  var samples: Int?

  @OptionGroup var result: ResultOptions

  func validate() throws {
    if let samples, samples < 1 {
      throw ValidationError("--samples: expected at least 1, found \(samples)")
    }
  }

  func run() throws {
    result.threads.apply()
    let translator = try translation.translator()
    let meter = EvaluationMeter()
    let errors = try PairedError.measure(
      translator, pairs: pairs(of: translator.dataSet), limit: samples ?? .max,
      seed: translation.seed, progress: meter.show)
    meter.end()
    var table = TextTable(
      [.left, .right, .right, .right, .right, .right],
      header: [errors.mode, "pairs", "L1", "MSE", "L1 source", "MSE source"])
    for score in errors.scores {
      table.append(
        [score.task.name, "\(score.pairs)"] + Self.columns.map { Self.text($0(score)) })
    }
    table.append(["mean", ""] + Self.columns.map { Self.text(errors.mean($0)) })
    try result.report(table.lines, errors.json)
  }

  private func pairs(of dataSet: DataSet) throws(RuntimeError) -> [Int64] {
    guard let pairs = dataSet.pairs else {
      throw RuntimeError(
        .invalid,
        "the data set '\(dataSet.path)' does not say which of its pictures are pairs; 'planform data "
          + "emoji' with two styles makes one that does")
    }
    return pairs
  }

  private static var columns: [(PairedError.Score) -> Double] {
    [
      \.translated.absolute, \.translated.squared, \.untranslated.absolute,
      \.untranslated.squared,
    ]
  }

  private static func text(_ value: Double) -> String { Quantity.decimal(value, digits: 4) }
}
