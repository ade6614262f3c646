import Plan
package import Runtime

/// The sheet of pictures that a run draws now and then: always the same captions and the same noise.
///
/// Every cell shows what was drawn for a caption and, beside it, the training picture that the caption belongs to. A
/// program that reads nothing draws pictures that belong to no other.
package struct SampleSheet {
  /// Where a program's inputs come from, and what they belong to.
  private struct Origin {
    let conditions: DataConditions
    let dataSet: DataSet
    /// Nil if no training picture looks like what is drawn.
    let view: TrainingView?
  }

  private let program: PictureProgram
  /// Nil for a program that reads nothing.
  private let origin: Origin?
  private let count: Int
  private let context: RunContext

  /// - Throws: why no sheet can be drawn for this plan and data set.
  package init(
    session: Session, dataSet: DataSet?, seed: UInt64, count: Int
  ) throws(RuntimeError) {
    try Picture.requireSupport()
    program = try PictureProgram(in: session)
    origin = try Self.origin(of: program, session.plan, dataSet, seed: seed)
    self.count = count
    context = RunContext(seed: seed, step: 0)
  }

  private static func origin(
    of program: PictureProgram, _ plan: Plan, _ dataSet: DataSet?, seed: UInt64
  ) throws(RuntimeError) -> Origin? {
    guard let input = program.callerInputs.first else { return nil }
    guard let dataSet else {
      throw RuntimeError(
        .invalid,
        "the program '\(program.program.name)' reads '\(input.name)', and there is no data set to take "
          + "it from")
    }
    return Origin(
      conditions: try DataConditions(program, of: plan, from: dataSet, seed: seed),
      dataSet: dataSet,
      view: try? TrainingView(of: dataSet, size: program.size, sources: plan.data))
  }

  /// Draws the sheet with the weights as they are now.
  package func drawn() throws(RuntimeError) -> Picture {
    let batch = try origin?.conditions.fill(batch: 0)
    var cells = Array(try program.drawPictures(context).prefix(count))
    guard let origin, let batch else { return PictureGrid(cells).drawn() }
    if let view = origin.view {
      for (cell, index) in zip(cells.indices, batch.indices) {
        cells[cell] = cells[cell].beside(try view.picture(at: index, of: origin.dataSet))
      }
    }
    var grid = PictureGrid(cells, captions: Array(batch.captions.prefix(count)))
    if origin.view != nil { grid.shownSide *= 2 }
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
