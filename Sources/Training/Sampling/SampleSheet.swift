import Plan
package import Runtime

/// The sheet of pictures that a run draws now and then: always the same captions and the same noise.
///
/// Every cell shows what was drawn for a caption and, beside it, the training picture that the caption belongs to.
package struct SampleSheet {
  private let program: PictureProgram
  private let conditions: DataConditions
  private let dataSet: DataSet
  /// Nil if no training picture looks like what is drawn.
  private let view: TrainingView?
  private let count: Int
  private let context: RunContext

  /// - Throws: why no sheet can be drawn for this plan and data set.
  package init(
    session: Session, dataSet: DataSet, seed: UInt64, count: Int
  ) throws(RuntimeError) {
    try Picture.requireSupport()
    program = try PictureProgram(in: session)
    conditions = try DataConditions(program, of: session.plan, from: dataSet, seed: seed)
    view = try? TrainingView(of: dataSet, size: program.size, sources: session.plan.data)
    self.dataSet = dataSet
    self.count = count
    context = RunContext(seed: seed, step: 0)
  }

  /// Draws the sheet with the weights as they are now.
  package func drawn() throws(RuntimeError) -> Picture {
    let batch = try conditions.fill(batch: 0)
    var cells = Array(try program.drawPictures(context).prefix(count))
    if let view {
      for (cell, index) in zip(cells.indices, batch.indices) {
        cells[cell] = cells[cell].beside(try view.picture(at: index, of: dataSet))
      }
    }
    var grid = PictureGrid(cells, captions: Array(batch.captions.prefix(count)))
    if view != nil { grid.shownSide *= 2 }
    return grid.drawn()
  }
}

extension Picture {
  /// Both pictures side by side, with a white line between them.
  fileprivate func beside(_ other: Picture) -> Picture {
    var pair = Picture(
      width: width + 1 + other.width, height: max(height, other.height), colour: (255, 255, 255))
    pair.draw(self, x: 0, y: 0)
    pair.draw(other, x: width + 1, y: 0)
    return pair
  }
}
