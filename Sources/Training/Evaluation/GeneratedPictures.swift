package import Plan
package import Runtime

/// Pictures that a plan's program draws, for conditions of a data set if it wants any.
package final class GeneratedPictures: PictureStream {
  package let count: Int
  private let program: PictureProgram
  private let plan: Plan
  /// Nil for a program that needs nothing but noise.
  private let conditions: DataConditions?
  private let seed: UInt64
  private var nextBatch = 0

  /// Loads the weights that the program reads.
  ///
  /// - Parameter count: how many pictures `next` gives in all.
  package init(
    plan: Plan, weights path: String, program name: String = "sample", dataSet: DataSet?,
    count: Int, seed: UInt64
  ) throws(RuntimeError) {
    let session = try Session(plan: plan, seed: seed)
    try StateFile.readWeights(path, for: name, into: session)
    program = try PictureProgram(named: name, in: session)
    if let input = program.callerInputs.first {
      guard let dataSet else {
        throw RuntimeError(
          .missing,
          "the program '\(name)' wants '\(input.name)' of shape \(input.shape); give the data set "
            + "that it comes from by --data")
      }
      conditions = try DataConditions(program, of: plan, from: dataSet, seed: seed)
    } else {
      conditions = nil
    }
    self.plan = plan
    self.count = count
    self.seed = seed
  }

  /// Pictures in a full batch.
  package var batch: Int { program.batch }

  package func next() throws(RuntimeError) -> PictureBatch {
    let wanted = min(batch, count - nextBatch * batch)
    guard wanted > 0 else { return PictureBatch() }
    let drawn = try draw(batch: nextBatch)
    nextBatch += 1
    return PictureBatch(
      pictures: Array(drawn.pictures.prefix(wanted)), indices: Array(drawn.indices.prefix(wanted)))
  }

  /// Draws one batch.
  ///
  /// - Parameters:
  ///   - number: which conditions of the data set; the same number is always the same conditions.
  ///   - version: which noise, of `versions`.
  package func draw(
    batch number: Int, version: Int = 0, of versions: Int = 1
  ) throws(RuntimeError) -> PictureBatch {
    let indices = try conditions?.fill(batch: number).labelledIndices ?? []
    let step = UInt64(number * versions + version + 1)
    let pictures = try program.pictures(RunContext(seed: seed, step: step), of: plan)
    return PictureBatch(pictures: pictures, indices: indices)
  }

  /// Pictures of a data set, resized and cropped as the network has seen them in training.
  package func realPictures(
    of dataSet: DataSet, count: Int? = nil
  ) throws(RuntimeError) -> DataSetPictures {
    let view = try TrainingView(of: dataSet, size: program.size, sources: plan.data)
    return DataSetPictures(
      of: dataSet, at: dataSet.shuffledIndices(count, seed: seed), as: view)
  }
}

extension PictureProgram {
  /// Draws a batch as pictures; what is darker than black or brighter than white is clamped.
  func pictures(_ context: RunContext, of plan: Plan) throws(RuntimeError) -> [Picture] {
    let drawn = try draw(context)
    let range = try PictureRange(of: principal.name, side: principal.width, in: plan)
    return try Picture.pictures(
      of: drawn.floats, shape: drawn.shape, order: .channelsFirst, range: (range.low, range.high))
  }
}
