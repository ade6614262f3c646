import ArgumentParser
import Training

/// `planform evaluate fid`.
struct EvaluateFrechet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fid",
    abstract: "How far are drawn pictures from real ones, as normal distributions of features?",
    discussion: """
      The Fréchet distance |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 √(Σ₁ Σ₂)); 0 means alike. It depends on the features: compare
      distances only where the same network has looked.

      Examples:
        planform evaluate fid dcgan.plan --weights run/checkpoint.safetensors --data fashion.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
        planform evaluate fid --data train.safetensors --against test.safetensors \\
          --features classifier.plan --feature-weights classifier/checkpoint.safetensors
      """)

  @OptionGroup var comparison: FeatureComparison
  @OptionGroup var result: ResultOptions

  func run() throws {
    result.threads.apply()
    let (real, other) = try comparison.tables()
    let distance = try FrechetDistance.between(real, other)
    try result.report(
      ["FID \(Quantity.decimal(distance, digits: 4)) (\(other.compared(with: real)))"],
      .object([
        ("FID", .number(distance)), ("samples", .integer(other.count)),
        ("real", .integer(real.count)), ("features", .integer(real.dimension)),
      ]))
  }
}
