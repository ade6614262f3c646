package import Runtime

/// How real and how varied translations are between every two domains.
///
/// For each source picture several translations are drawn: the Fréchet distance of all of them from the training
/// pictures of the target, and the mean perceptual distance between translations of the same picture (Choi et al.,
/// "StarGAN v2", 2020).
package struct DomainScores: Sendable, Hashable {
  /// What one task has scored.
  package struct Score: Sendable, Hashable {
    package let task: DomainTask
    package let frechet: Double
    package let perceptual: Double
  }

  /// `latent` if styles were drawn, `reference` if they were taken from pictures.
  package let mode: String
  package let scores: [Score]

  /// How much is drawn.
  package struct Extent: Sendable {
    /// Source pictures of each domain, at most.
    package var sources: Int
    /// Translations of each, at least 2.
    package var versions: Int
    package var seed: UInt64

    package init(sources: Int, versions: Int = 10, seed: UInt64 = 0) {
      self.sources = sources
      self.versions = versions
      self.seed = seed
    }
  }

  /// Scores every ordered pair of the domains of the sources' data set.
  ///
  /// - Parameter real: the training pictures, with the same domains.
  package static func measure(
    _ translator: TranslatedPictures, against real: DataSet, by network: FeatureNetwork,
    _ distance: PerceptualDistance, _ extent: Extent, progress: EvaluationProgress = { _, _ in }
  ) throws(RuntimeError) -> DomainScores {
    let tasks = DomainTask.all(of: translator.dataSet)
    guard !tasks.isEmpty else {
      throw RuntimeError(
        .invalid,
        "'\(translator.dataSet.path)' has fewer than two domains; translation needs labels of two")
    }
    guard extent.versions >= 2 else {
      throw RuntimeError(
        .invalid, "at least 2 translations of each picture are compared, found \(extent.versions)")
    }
    var known: [Int64: FrechetDistance.Gaussian] = [:]
    var scores: [Score] = []
    for (number, task) in tasks.enumerated() {
      let truth: FrechetDistance.Gaussian
      if let found = known[task.target] {
        truth = found
      } else {
        let pictures = try translator.realPictures(of: real, at: real.indices(of: task.target))
        truth = try FrechetDistance.Gaussian(of: network.table("features", of: pictures).rows)
        known[task.target] = truth
      }
      let drawn = try draw(task, number, by: translator, network, distance, extent) {
        progress(number * $1 + $0, tasks.count * $1)
      }
      let frechet = try FrechetDistance.between(truth, FrechetDistance.Gaussian(of: drawn.features))
      let perceptual = drawn.spreads.reduce(0, +) / Double(drawn.spreads.count)
      scores.append(Score(task: task, frechet: frechet, perceptual: perceptual))
    }
    return DomainScores(mode: translator.mode, scores: scores)
  }

  /// Translates the pictures of one domain and describes what comes out.
  private static func draw(
    _ task: DomainTask, _ number: Int, by translator: TranslatedPictures,
    _ network: FeatureNetwork, _ distance: PerceptualDistance, _ extent: Extent,
    progress: EvaluationProgress
  ) throws(RuntimeError) -> (features: FeatureTable, spreads: [Double]) {
    let sources = Array(translator.dataSet.indices(of: task.source).prefix(extent.sources))
    let candidates = translator.dataSet.indices(of: task.target)
    var rows: [HostTensor] = []
    var spreads: [Double] = []
    for start in stride(from: 0, to: sources.count, by: translator.batch) {
      let part = Array(sources[start..<min(start + translator.batch, sources.count)])
      var versions: [[HostTensor]] = []
      for version in 0..<extent.versions {
        progress(start * extent.versions + version * part.count, sources.count * extent.versions)
        var random = SampleRandom(
          extent.seed, 5, UInt64(number), UInt64(start), UInt64(version))
        let references = part.map { _ in candidates[random.below(candidates.count)] }
        let step = UInt64((number * sources.count + start) * extent.versions + version)
        let pictures = try translator.translate(
          part, like: references, to: task.target, RunContext(seed: extent.seed, step: step))
        rows += try network.describe(pictures, by: ["features"])
        versions.append(try distance.describe(pictures, by: network))
      }
      spreads += distance.spread(of: versions)
    }
    var features = FeatureTable(dimension: rows.first?.shape.dropFirst().reduce(1, *) ?? 1)
    for row in rows { features.append(row) }
    return (features, spreads)
  }

  // MARK: Results

  package var meanFrechet: Double {
    scores.reduce(0) { $0 + $1.frechet } / Double(max(1, scores.count))
  }

  package var meanPerceptual: Double {
    scores.reduce(0) { $0 + $1.perceptual } / Double(max(1, scores.count))
  }

  /// The keys of the authors' result files: `FID_latent/cat2dog`, ..., `FID_latent/mean`, and the same for `LPIPS`.
  package var json: JSON {
    .object(
      scores.map { ("FID_\(mode)/\($0.task.name)", .number($0.frechet)) }
        + [("FID_\(mode)/mean", .number(meanFrechet))]
        + scores.map { ("LPIPS_\(mode)/\($0.task.name)", .number($0.perceptual)) }
        + [("LPIPS_\(mode)/mean", .number(meanPerceptual))])
  }
}
