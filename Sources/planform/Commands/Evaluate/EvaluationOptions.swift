import ArgumentParser
import Plan
import Runtime
import Training

/// The network through which pictures are looked at.
struct FeatureOptions: ParsableArguments {
  @Option(
    name: .customLong("features"),
    help: ArgumentHelp("The plan of the network that looks at pictures.", valueName: "plan"),
    completion: .file(extensions: ["plan"]))
  var plan: String

  @Option(
    name: .customLong("feature-weights"),
    help: ArgumentHelp("That network's checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    name: .customLong("feature-program"),
    help: ArgumentHelp("The program that looks at pictures.", valueName: "name"))
  var program = "features"

  func network() throws(RuntimeError) -> FeatureNetwork {
    try FeatureNetwork(plan: Plan(reading: plan), weights: weights, program: program)
  }
}

/// The network that draws pictures, if any, and the data set.
struct PictureOptions: ParsableArguments {
  @Argument(
    help: "The plan that draws; without it the pictures of the data set are measured.",
    completion: .file(extensions: ["plan"]))
  var plan: String?

  @Option(
    help: ArgumentHelp("The checkpoint or weights file to draw with.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String?

  @Option(help: ArgumentHelp("The program that draws.", valueName: "name"))
  var program = "sample"

  @Option(
    help: ArgumentHelp(
      "The data set: real pictures, and the conditions to draw for.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Pictures to draw, 5000 unless given; or to take of the data set, all unless given.",
      valueName: "n"))
  var samples: Int?

  @Option(help: "Seed of noise and order.")
  var seed: UInt64 = 0

  func validate() throws {
    if plan != nil, weights == nil {
      throw ValidationError("say with which weights to draw by --weights")
    }
    if plan == nil, weights != nil {
      throw ValidationError("--weights belongs to a plan that draws; give it as the first argument")
    }
    guard plan != nil || data != nil else {
      throw ValidationError("give a plan that draws, or a data set by --data")
    }
    if let samples, samples < 1 {
      throw ValidationError("--samples: expected at least 1, found \(samples)")
    }
  }

  func dataSet() throws(RuntimeError) -> DataSet? {
    guard let data else { return nil }
    return try DataSet.open(path: data)
  }

  /// What draws; nil if no plan was given.
  ///
  /// - Parameter count: pictures unless `--samples` says otherwise.
  func generated(
    for dataSet: DataSet?, count: Int = 5000
  ) throws(RuntimeError) -> GeneratedPictures? {
    guard let plan, let weights else { return nil }
    return try GeneratedPictures(
      plan: Plan(reading: plan), weights: weights, program: program, dataSet: dataSet,
      count: samples ?? count, seed: seed)
  }

  /// The pictures to be measured, drawn or real.
  func stream(of dataSet: DataSet?) throws -> any PictureStream {
    if let generated = try generated(for: dataSet) { return generated }
    guard let dataSet else { throw ValidationError("give a data set by --data") }
    return DataSetPictures(of: dataSet, count: samples, seed: seed)
  }
}

/// A plan that turns pictures of one domain into another, and the pictures.
struct TranslationOptions: ParsableArguments {
  @OptionGroup var source: PlanArgument

  @Option(
    help: ArgumentHelp("A checkpoint or weights file.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(
    help: ArgumentHelp(
      "The program that translates: from noise, or as 'reference' from pictures.",
      valueName: "name"))
  var program = "sample"

  @Option(
    help: ArgumentHelp("A data set whose labels are the domains.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var data: String

  @Option(
    help: ArgumentHelp(
      "Take sources and references from this data set instead, such as one that was held back.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var sources: String?

  @Option(help: "Seed of noise and references.")
  var seed: UInt64 = 0

  func translator() throws(RuntimeError) -> TranslatedPictures {
    try TranslatedPictures(
      plan: source.load(.withoutReferences), weights: weights, program: program,
      dataSet: DataSet.open(path: sources ?? data))
  }
}

/// How results are told, and who computes.
struct ResultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Also write the results here, as JSON.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var json: String?

  @OptionGroup var threads: ThreadOptions

  /// Prints the results and writes them where they are wanted.
  func report(_ lines: [String], _ result: JSON) throws(RuntimeError) {
    if let json { try AtomicFile.write(Array((result.text + "\n").utf8), to: json) }
    for line in lines { print(line) }
  }
}
