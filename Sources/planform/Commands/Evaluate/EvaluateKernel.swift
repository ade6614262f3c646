import ArgumentParser
import Training

/// `planform evaluate kid`.
struct EvaluateKernel: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kid",
    abstract: "How far are drawn pictures from real ones, by a kernel on their features?",
    discussion: """
      The unbiased estimate of the squared maximum mean discrepancy with the kernel (x·y / d + 1)³ on random subsets. Unlike
      FID it does not depend on how many pictures there are; 0 means alike, and it may be a little below.

      Example:
        planform evaluate kid dcgan.plan --weights run/checkpoint.safetensors --data fashion.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
      """)

  @OptionGroup var comparison: FeatureComparison

  @Option(help: ArgumentHelp("Subsets to draw.", valueName: "n"))
  var subsets = 100

  @Option(help: ArgumentHelp("Pictures of each side in a subset, at most.", valueName: "n"))
  var subsetSize = 1000

  @OptionGroup var result: ResultOptions

  func validate() throws {
    guard subsets >= 1, subsetSize >= 2 else {
      throw ValidationError("--subsets and --subset-size: expected at least 1 subset of 2 pictures")
    }
  }

  func run() throws {
    result.threads.apply()
    let (real, other) = try comparison.tables()
    let distance = try KernelDistance(
      between: real, other, subsets: subsets, subsetSize: subsetSize,
      seed: comparison.pictures.seed)
    try result.report(
      [
        "KID \(Quantity.decimal(distance.mean, digits: 6)) ± "
          + "\(Quantity.decimal(distance.deviation, digits: 6)) (\(other.compared(with: real)); "
          + "\(Quantity.count(subsets, "subset")) of \(distance.subsetSize))"
      ],
      .object([
        ("KID", .number(distance.mean)), ("KID_std", .number(distance.deviation)),
        ("samples", .integer(other.count)), ("real", .integer(real.count)),
      ]))
  }
}
