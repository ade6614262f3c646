import ArgumentParser
import Training

/// `planform evaluate diversity`.
struct EvaluateDiversity: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diversity",
    abstract: "How much do pictures differ that were drawn for the same condition?",
    discussion: """
      The mean perceptual distance (LPIPS) over all pairs of pictures of a condition: 45 pairs for 10 pictures. Pictures are
      compared by the outputs 'map_...' of the features program, or by its 'features' if there are none.

      Example:
        planform evaluate diversity emoji.plan --weights run/checkpoint.safetensors --data emoji.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors --samples 100
      """)

  @OptionGroup var pictures: PictureOptions
  @OptionGroup var features: FeatureOptions

  @Option(help: ArgumentHelp("Pictures for each condition.", valueName: "n"))
  var outputs = 10

  @Option(
    help: ArgumentHelp(
      "Weights of the maps' channels: tensors named like the maps; all alike unless given.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var channelWeights: String?

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard outputs >= 2 else {
      throw ValidationError("--outputs: expected at least 2, found \(outputs)")
    }
    guard pictures.plan != nil else {
      throw ValidationError("give the plan that draws as the first argument")
    }
  }

  func run() throws {
    result.threads.apply()
    guard let generated = try pictures.generated(for: pictures.dataSet(), count: 100) else {
      throw ValidationError("give the plan that draws as the first argument")
    }
    let network = try features.network()
    let meter = EvaluationMeter()
    let diversity = try Diversity.measure(
      generated, by: network, network.perceptualDistance(weights: channelWeights),
      versions: outputs, progress: meter.show)
    meter.end()
    try result.report(
      [
        "LPIPS \(Quantity.decimal(diversity.mean, digits: 4)) ± "
          + "\(Quantity.decimal(diversity.deviation, digits: 4)) "
          + "(\(Quantity.count(diversity.conditions, "condition")), \(outputs) pictures each)"
      ],
      .object([
        ("LPIPS", .number(diversity.mean)), ("LPIPS_std", .number(diversity.deviation)),
        ("conditions", .integer(diversity.conditions)), ("outputs", .integer(outputs)),
      ]))
  }
}

extension FeatureNetwork {
  /// How the network compares pictures, with the channels' weights from a file if there is one.
  func perceptualDistance(weights path: String?) throws -> PerceptualDistance {
    try PerceptualDistance(
      for: self, weights: try path.map { try SafetensorsFile.read(path: $0) })
  }
}
