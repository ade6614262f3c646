package import Plan
package import Runtime

/// How often the training picture that is nearest to a drawn one, by pixels, has the caption it was drawn for.
package struct Retrieval: Sendable, Hashable, CustomStringConvertible {
  /// Captions asked for and pictures drawn for each.
  package var captions: Int
  package var samplesEach: Int
  /// Shares of the drawn pictures whose nearest picture, or one of the five nearest, had the caption.
  package var top1: Double
  package var top5: Double
  /// The same shares for pictures that know nothing of their caption.
  package var chance1: Double
  package var chance5: Double

  package var description: String {
    let drawn = "\(captions) captions, \(samplesEach) pictures each"
    let first = "\(Self.percent(top1)) against \(Self.percent(chance1)) by chance"
    let fifth = "\(Self.percent(top5)) against \(Self.percent(chance5))"
    return
      "nearest training picture has the caption (\(drawn)): \(first); among the 5 nearest: \(fifth)"
  }

  private static func percent(_ share: Double) -> String {
    "\((share * 1000).rounded() / 10) %"
  }

  /// Draws pictures for captions of the data set and looks up their nearest training pictures.
  ///
  /// - Parameters:
  ///   - captions: how many captions, at most; each belongs to another picture.
  ///   - samplesEach: how many pictures to draw for each, with fresh noise.
  package static func measure(
    session: Session, dataSet: DataSet, captions: Int = 64, samplesEach: Int = 4, seed: UInt64
  ) throws(RuntimeError) -> Retrieval {
    let program = try PictureProgram(in: session)
    let conditions = try DataConditions(program, of: session.plan, from: dataSet, seed: seed)
    let gallery = Gallery(
      dataSet, try TrainingView(of: dataSet, size: program.size, sources: session.plan.data))
    var asked: Set<Int> = []
    var (hits1, hits5, drawn) = (0, 0, 0)
    for number in 0..<conditions.batchCount where asked.count < captions {
      let batch = try conditions.fill(batch: number)
      let fresh = batch.indices.indices.filter {
        asked.count < captions && batch.indices[$0] < gallery.indices.count
          && asked.insert(batch.indices[$0]).inserted
      }
      for repetition in 0..<samplesEach {
        let step = UInt64(number * samplesEach + repetition + 1)
        let pictures = try program.draw(RunContext(seed: seed, step: step))
          .transposed(by: [0, 2, 3, 1]).floats
        for sample in fresh {
          let nearest = gallery.nearest(to: pictures, sample: sample, count: 5)
          let hits = nearest.map { dataSet.captions(at: $0).contains(batch.captions[sample]) }
          hits1 += hits.first == true ? 1 : 0
          hits5 += hits.contains(true) ? 1 : 0
          drawn += 1
        }
      }
    }
    let chances = asked.map { chance(of: dataSet.captions(at: $0)[0], in: dataSet, gallery) }
    let count = Double(max(1, drawn))
    return Retrieval(
      captions: asked.count, samplesEach: samplesEach, top1: Double(hits1) / count,
      top5: Double(hits5) / count, chance1: mean(chances.map(\.first)),
      chance5: mean(chances.map(\.fifth)))
  }

  /// Measures the weights of a checkpoint or a weights file.
  package static func measure(
    plan: Plan, weights path: String, dataSet: DataSet, captions: Int = 64, samplesEach: Int = 4,
    seed: UInt64 = 0
  ) throws(RuntimeError) -> Retrieval {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(path, for: "sample", into: session)
    return try measure(
      session: session, dataSet: dataSet, captions: captions, samplesEach: samplesEach, seed: seed)
  }

  /// The chance that one, or one of five, pictures drawn from the gallery has a caption.
  private static func chance(
    of caption: String, in dataSet: DataSet, _ gallery: Gallery
  ) -> (first: Double, fifth: Double) {
    let count = gallery.indices.count
    let right = gallery.indices.count { dataSet.captions(at: $0).contains(caption) }
    var missAll = 1.0
    for draw in 0..<min(5, count) {
      missAll *= max(0, Double(count - right - draw)) / Double(count - draw)
    }
    return (Double(right) / Double(max(1, count)), 1 - missAll)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(1, values.count))
  }
}

/// Training pictures as floats, for looking up the nearest one.
private struct Gallery {
  /// More pictures would take more memory than the answer is worth.
  private static let maximumCount = 2_000

  let indices: [Int]
  private let pixels: [Float]
  private let length: Int

  init(_ dataSet: DataSet, _ view: TrainingView) {
    indices = Array(0..<min(dataSet.count, Self.maximumCount))
    length = view.sampleLength
    pixels = indices.flatMap { view.pixels(at: $0, of: dataSet) }
  }

  /// The data set's pictures with the smallest squared distance, nearest first.
  func nearest(to samples: [Float], sample: Int, count: Int) -> [Int] {
    let distances = samples.withUnsafeBufferPointer { samples in
      pixels.withUnsafeBufferPointer { pixels in
        indices.indices.map { position in
          var sum: Float = 0
          for offset in 0..<length {
            let difference = samples[sample * length + offset] - pixels[position * length + offset]
            sum += difference * difference
          }
          return sum
        }
      }
    }
    let order = indices.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    return order.prefix(count).map { indices[$0] }
  }
}
