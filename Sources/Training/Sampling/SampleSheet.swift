import Plan
package import Runtime

/// The sheet of pictures that a run draws now and then: always the same captions and the same noise.
package struct SampleSheet {
  private let program: PictureProgram
  private let conditions: DataConditions
  private let count: Int
  private let context: RunContext

  /// - Throws: why no sheet can be drawn for this plan and data set.
  package init(
    session: Session, dataSet: DataSet, seed: UInt64, count: Int
  ) throws(RuntimeError) {
    program = try PictureProgram(in: session)
    conditions = try DataConditions(program, of: session.plan, from: dataSet, seed: seed)
    self.count = count
    context = RunContext(seed: seed, step: 0)
  }

  /// Draws the sheet with the weights as they are now.
  package func drawn() throws(RuntimeError) -> Picture {
    let batch = try conditions.fill(batch: 0)
    let pictures = try program.drawPictures(context)
    let shown = min(count, pictures.count)
    return PictureGrid(
      Array(pictures.prefix(shown)), captions: Array(batch.captions.prefix(shown))
    ).drawn()
  }
}
