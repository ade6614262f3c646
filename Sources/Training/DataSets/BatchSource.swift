package import Plan
package import Runtime

/// One batch as the trainer sees it: what it is, its tensors apart.
package struct Batch: Sendable, Hashable {
  package let iteration: Int
  package let epoch: Int
  /// The positions in the data set of the draw `sample`.
  package let indices: [Int]
  /// The positions of the draw whose labels an input takes; those of `sample` if none does.
  package let labelledIndices: [Int]
  /// What each sample was said to show; of several chosen captions the first.
  package let captions: [String]
}

/// Makes batches from a data set for the inputs of one program.
///
/// Any batch can be made at any time, in any order; `Prefetcher` makes them ahead of need.
package struct BatchSource: Sendable {
  package let dataSet: DataSet
  package let plan: BatchPlan
  /// Bytes that each input takes.
  package let byteCounts: [String: Int]
  private let draws: DrawPlan
  private let fills: [InputFill]
  private let labelDraw: String?

  /// Checks that the data set can supply what the inputs want.
  ///
  /// - Parameters:
  ///   - draws: which pictures an iteration takes, besides the draw `sample` in epochs.
  ///   - sources: how inputs are filled.
  ///   - inputShapes: logical shapes by input: images `[B, 3, H, W]` or, grey, `[B, 1, H, W]`, embeddings `[B, D]`, labels `[B]`.
  ///   - isVaried: whether samples are varied at random, as in training.
  /// - Throws: `.invalid` naming the input, what it wants, what the data set has, and what to change.
  package init(
    dataSet: DataSet, draws: [Draw] = [], sources: [DataSource], inputShapes: [String: [Int]],
    batch: Int, seed: UInt64, isVaried: Bool = true
  ) throws(RuntimeError) {
    guard batch > 0 else { throw RuntimeError(.invalid, "a batch needs at least one sample") }
    var fills: [InputFill] = []
    var byteCounts: [String: Int] = [:]
    for source in sources {
      guard let shape = inputShapes[source.input] else {
        throw RuntimeError(
          .invalid, "the plan says how to fill '\(source.input)', which is no input of the program")
      }
      let fill = try InputFill(source, shape: shape, batch: batch, dataSet: dataSet)
      byteCounts[source.input] = fill.byteCount
      fills.append(fill)
    }
    labelDraw = sources.first { if case .labels = $0.content { true } else { false } }?.draw
    self.dataSet = dataSet
    self.fills = fills
    self.byteCounts = byteCounts
    plan = BatchPlan(count: dataSet.count, batch: batch, seed: seed, isVaried: isVaried)
    self.draws = try DrawPlan(draws.needed(by: sources), over: plan, of: dataSet)
  }

  /// Makes one batch: images as float32 samples × rows × columns × channels, embeddings as float32, labels as int64.
  ///
  /// - Parameter buffers: by input, each with exactly the bytes that `byteCounts` says.
  package func fill(
    iteration: Int, into buffers: [String: UnsafeMutableRawBufferPointer]
  ) throws(RuntimeError) -> Batch {
    let taken = draws.indices(iteration: iteration)
    let varied = Dictionary(
      uniqueKeysWithValues: taken.map { draw, indices in
        (draw, variations(of: indices, draw, iteration))
      })
    for fill in fills {
      guard let buffer = buffers[fill.input], buffer.count == fill.byteCount else {
        throw RuntimeError(
          .invalid,
          "input '\(fill.input)' takes \(fill.byteCount) bytes; the buffer given has "
            + "\(buffers[fill.input]?.count ?? 0)")
      }
      fill(taken[fill.draw] ?? [], varied[fill.draw] ?? [], of: dataSet, into: buffer)
    }
    let indices = taken[Draw.sample] ?? []
    return Batch(
      iteration: iteration, epoch: plan.epoch(of: iteration), indices: indices,
      labelledIndices: labelDraw.flatMap { taken[$0] } ?? indices,
      captions: zip(indices, varied[Draw.sample] ?? []).map {
        dataSet.captions(at: $0)[$1.captions[0]]
      })
  }

  private func variations(
    of indices: [Int], _ draw: String, _ iteration: Int
  ) -> [SampleVariation] {
    indices.indices.map { sample in
      plan.variation(
        iteration: iteration, sample: sample, captions: dataSet.captionsPerPicture, of: draw)
    }
  }
}
