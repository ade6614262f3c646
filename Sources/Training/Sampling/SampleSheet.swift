import Plan
package import Runtime

/// The sheet of pictures that a run draws now and then: always of the same pictures of the data set, with the same
/// noise.
///
/// A program whose inputs show one picture of the data set at a time draws a list, each item beside the real picture
/// or what was given; one whose inputs are of two draws of the data section draws a sheet of rows and columns.
package struct SampleSheet {
  /// Programs that are drawn while training, if the plan has them.
  package static let programs = ["sample", "reference"]

  package let program: String
  private let sampler: Sampler
  private let sheet: Sheet
  private let plan: Plan
  private let dataSet: DataSet?
  /// Nil without a data set, or if no training picture looks like what is drawn.
  private let view: TrainingView?

  /// - Parameter count: pictures on the sheet, about.
  /// - Throws: why no sheet can be drawn for this plan and data set.
  package init(
    _ program: String = "sample", session: Session, dataSet: DataSet?, seed: UInt64, count: Int
  ) throws(RuntimeError) {
    try Picture.requireSupport()
    self.program = program
    plan = session.plan
    sampler = try Sampler(session: session, program: program)
    var request = SheetRequest()
    request.seed = seed
    request.spread = count
    if sampler.inputs.isEmpty { request.count = count }
    sheet = try SheetPlanner(request, for: sampler, of: plan, data: dataSet).sheet()
    self.dataSet = dataSet
    if let dataSet {
      view = try? TrainingView(of: dataSet, size: sampler.program.size, sources: plan.data)
    } else {
      view = nil
    }
  }

  /// Draws the sheet with the weights as they are now.
  package func drawn() throws(RuntimeError) -> Picture {
    try DrawnSheet(sheet, by: sampler, of: plan).picture { index throws(RuntimeError) in
      guard let view, let dataSet else { return nil }
      return try view.picture(at: index, of: dataSet)
    }
  }
}
