import ArgumentParser
import Training

/// `planform evaluate domains`.
struct EvaluateDomains: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "domains",
    abstract: "How real and how varied are translations between every two domains?",
    discussion: """
      Every picture of a domain is translated several times into every other domain. FID compares all translations with the
      real pictures of the target, LPIPS the translations of one picture with one another. The program takes a source
      picture, perhaps a reference picture (then the mode is 'reference', else 'latent'), and the target's label.

      Example:
        planform evaluate domains stargan.plan --weights run/checkpoint.safetensors --data train.safetensors \\
          --sources test.safetensors --features classifier.plan \\
          --feature-weights classifier/checkpoint.safetensors --json scores.json
      """)

  @OptionGroup var translation: TranslationOptions
  @OptionGroup var features: FeatureOptions

  @Option(help: ArgumentHelp("Source pictures of each domain, at most.", valueName: "n"))
  var samples = 500

  @Option(help: ArgumentHelp("Translations of each.", valueName: "n"))
  var outputs = 10

  @Option(
    help: ArgumentHelp(
      "Weights of the maps' channels: tensors named like the maps; all alike unless given.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var channelWeights: String?

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard samples >= 1, outputs >= 2 else {
      throw ValidationError("--samples and --outputs: expected at least 1 picture and 2 outputs")
    }
  }

  func run() throws {
    result.threads.apply()
    let network = try features.network()
    let meter = EvaluationMeter()
    let scores = try DomainScores.measure(
      translation.translator(), against: DataSet.open(path: translation.data), by: network,
      network.perceptualDistance(weights: channelWeights),
      .init(sources: samples, versions: outputs, seed: translation.seed), progress: meter.show)
    meter.end()
    var table = TextTable([.left, .right, .right], header: [scores.mode, "FID", "LPIPS"])
    for score in scores.scores {
      table.append([
        score.task.name, Quantity.decimal(score.frechet, digits: 4),
        Quantity.decimal(score.perceptual, digits: 4),
      ])
    }
    table.append([
      "mean", Quantity.decimal(scores.meanFrechet, digits: 4),
      Quantity.decimal(scores.meanPerceptual, digits: 4),
    ])
    try result.report(table.lines, scores.json)
  }
}
