package import Runtime

/// How far translations are from the true pictures, where a data set knows them.
///
/// Pictures that show the same thing in different domains share a pair number. Errors are of pixels from 0 to 1; the
/// untranslated source is the baseline that a translation must beat.
package struct PairedError: Sendable, Hashable {
  /// Mean absolute and mean squared differences from the truth.
  package struct Errors: Sendable, Hashable {
    package var absolute: Double
    package var squared: Double
  }

  /// What one task has scored.
  package struct Score: Sendable, Hashable {
    package let task: DomainTask
    package let pairs: Int
    package let translated: Errors
    package let untranslated: Errors
  }

  /// `latent` if styles were drawn, `reference` if they were taken from pictures.
  package let mode: String
  package let scores: [Score]

  /// Translates every picture whose truth is known, of every ordered pair of domains.
  ///
  /// - Parameters:
  ///   - pairs: the pair number of each picture of the translator's data set; a negative one has no partner.
  ///   - limit: pairs of each task, at most.
  package static func measure(
    _ translator: TranslatedPictures, pairs: [Int64], limit: Int = .max, seed: UInt64 = 0,
    progress: EvaluationProgress = { _, _ in }
  ) throws(RuntimeError) -> PairedError {
    let tasks = DomainTask.all(of: translator.dataSet)
    var scores: [Score] = []
    for (number, task) in tasks.enumerated() {
      progress(number, tasks.count)
      let known = Array(
        matches(for: task, in: translator.dataSet, pairs).prefix(limit))
      guard !known.isEmpty else { continue }
      scores.append(try score(task, number, known, by: translator, seed))
    }
    progress(tasks.count, tasks.count)
    guard !scores.isEmpty else {
      throw RuntimeError(
        .invalid,
        "no two pictures of '\(translator.dataSet.path)' in different domains share a pair number")
    }
    return PairedError(mode: translator.mode, scores: scores)
  }

  /// Positions of sources with those of the pictures that they should become.
  private static func matches(
    for task: DomainTask, in dataSet: DataSet, _ pairs: [Int64]
  ) -> [(source: Int, truth: Int)] {
    let truths = Dictionary(
      dataSet.indices(of: task.target).filter { pairs[$0] >= 0 }.map { (pairs[$0], $0) },
      uniquingKeysWith: { first, _ in first })
    return dataSet.indices(of: task.source).compactMap { source in
      truths[pairs[source]].map { (source, $0) }
    }
  }

  private static func score(
    _ task: DomainTask, _ number: Int, _ known: [(source: Int, truth: Int)],
    by translator: TranslatedPictures, _ seed: UInt64
  ) throws(RuntimeError) -> Score {
    let dataSet = translator.dataSet
    let candidates = dataSet.indices(of: task.target)
    var (translated, untranslated) = (ErrorSum(), ErrorSum())
    for start in stride(from: 0, to: known.count, by: translator.batch) {
      let part = known[start..<min(start + translator.batch, known.count)]
      var random = SampleRandom(seed, 6, UInt64(number), UInt64(start))
      // A reference that were the truth itself would give the answer away.
      let references = part.map { match in
        let others = candidates.filter { $0 != match.truth }
        return others.isEmpty ? match.truth : others[random.below(others.count)]
      }
      let step = UInt64(number) << 32 + UInt64(start)
      let pictures = try translator.translate(
        part.map(\.source), like: references, to: task.target, RunContext(seed: seed, step: step))
      for (match, picture) in zip(part, pictures) {
        let truth = try translator.picture(at: match.truth, of: dataSet)
        translated.add(picture, truth)
        untranslated.add(try translator.picture(at: match.source, of: dataSet), truth)
      }
    }
    return Score(
      task: task, pairs: known.count, translated: translated.errors,
      untranslated: untranslated.errors)
  }

  /// The mean over all tasks.
  package func mean(_ value: (Score) -> Double) -> Double {
    scores.reduce(0) { $0 + value($1) } / Double(max(1, scores.count))
  }

  /// `L1_latent/noto2emojione`, `MSE_...`, the same for the untranslated `source`, and the means over all tasks.
  package var json: JSON {
    let values: [(String, (Score) -> Double)] = [
      ("L1_\(mode)", \.translated.absolute), ("MSE_\(mode)", \.translated.squared),
      ("L1_source", \.untranslated.absolute), ("MSE_source", \.untranslated.squared),
    ]
    return .object(
      values.flatMap { name, value in
        scores.map { ("\(name)/\($0.task.name)", .number(value($0))) }
          + [("\(name)/mean", .number(mean(value)))]
      })
  }
}

/// Differences of pictures as they come in.
private struct ErrorSum {
  private var absolute = 0.0
  private var squared = 0.0
  private var count = 0.0

  mutating func add(_ picture: Picture, _ truth: Picture) {
    for (byte, wanted) in zip(picture.rgb, truth.rgb) {
      let difference = (Double(byte) - Double(wanted)) / 255
      absolute += abs(difference)
      squared += difference * difference
    }
    count += Double(truth.rgb.count)
  }

  var errors: PairedError.Errors {
    PairedError.Errors(absolute: absolute / max(1, count), squared: squared / max(1, count))
  }
}
