import ArgumentParser
import Training

/// Two sets of pictures and their features: what FID and KID begin with.
struct FeatureComparison: ParsableArguments {
  @OptionGroup var pictures: PictureOptions
  @OptionGroup var features: FeatureOptions

  @Option(
    help: ArgumentHelp(
      "Without a plan that draws: the data set to compare --data with.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var against: String?

  func validate() throws {
    guard pictures.data != nil else {
      throw ValidationError("give the real pictures by --data")
    }
    guard (pictures.plan == nil) == (against != nil) else {
      throw ValidationError(
        "expected a plan that draws, or a second data set by --against, and not both")
    }
  }

  /// The features of the real pictures and of the others.
  ///
  /// Real pictures are resized and cropped as the network that draws has seen them.
  func tables() throws -> (real: FeatureTable, other: FeatureTable) {
    let network = try features.network()
    let meter = EvaluationMeter()
    defer { meter.end() }
    guard let dataSet = try pictures.dataSet() else {
      throw ValidationError("give the real pictures by --data")
    }
    let (real, other): (any PictureStream, any PictureStream)
    if let generated = try pictures.generated(for: dataSet) {
      (real, other) = (try generated.realPictures(of: dataSet), generated)
    } else {
      real = DataSetPictures(of: dataSet, count: pictures.samples, seed: pictures.seed)
      other = DataSetPictures(
        of: try DataSet.open(path: against ?? ""), count: pictures.samples, seed: pictures.seed)
    }
    let total = real.count + other.count
    let truth = try network.table("features", of: real) { done, _ in
      meter.show(done: done, total: total)
    }
    let found = try network.table("features", of: other) { done, _ in
      meter.show(done: real.count + done, total: total)
    }
    return (truth.rows, found.rows)
  }
}

extension FeatureTable {
  /// `128 features of 5,000 pictures against 2,000 real ones`.
  func compared(with real: FeatureTable) -> String {
    "\(Quantity.count(dimension, "feature")) of \(Quantity.count(count, "picture")) against "
      + "\(Quantity.grouped(real.count)) real ones"
  }
}
