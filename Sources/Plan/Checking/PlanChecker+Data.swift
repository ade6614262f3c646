/// The draws and the data sources.
extension PlanChecker {
  func checkData() throws(PlanError) {
    try checkDraws()
    let draws = Set(plan.draws.map(\.name) + [Draw.sample])
    try checkUnique(plan.data.map(\.input), what: "data source", at: "data")
    let inputs = Set(plan.programs.flatMap { $0.inputs.map(\.name) })
    for (index, source) in plan.data.enumerated() {
      let place = "data[\(index)] '\(source.input)'"
      guard inputs.contains(source.input) else {
        throw PlanError("expected the name of a program input, found '\(source.input)'", at: place)
      }
      guard draws.contains(source.draw) else {
        throw PlanError("expected the name of a draw, found '\(source.draw)'", at: place)
      }
      try checkContent(source.content, at: place)
    }
  }

  /// A draw may follow those above it only, so that none follows itself.
  private func checkDraws() throws(PlanError) {
    try checkUnique(plan.draws.map(\.name), what: "draw", at: "draws")
    var known: Set = [Draw.sample]
    for (index, draw) in plan.draws.enumerated() {
      if case .related(let other, _) = draw.rule {
        guard draw.name != Draw.sample, known.contains(other) else {
          throw PlanError(
            "expected the name of a draw above it, found '\(other)'",
            at: "draws[\(index)] '\(draw.name)'")
        }
      }
      known.insert(draw.name)
    }
  }

  private func checkContent(_ content: DataSource.Content, at place: String) throws(PlanError) {
    switch content {
    case .labels(let classes):
      try checkCount(classes ?? 1, of: "class", at: place)
    case .embeddings(let captions, let slice):
      try checkCount(captions, of: "caption", at: place)
      try checkCount(slice ?? 1, of: "number of an embedding", at: place)
    case .images(let transform):
      try checkTransform(transform, at: place)
    }
  }

  private func checkCount(_ count: Int, of what: String, at place: String) throws(PlanError) {
    guard (1...Limits.window).contains(count) else {
      throw PlanError("expected at least one \(what), found \(count)", at: place)
    }
  }

  private func checkTransform(_ transform: ImageTransform, at place: String) throws(PlanError) {
    for side in [transform.resize, transform.randomCrop].compactMap({ $0 }) {
      guard (1...16384).contains(side) else {
        throw PlanError("expected a side of 1 to 16384 pixels, found \(side)", at: place)
      }
    }
    guard transform.low.isFinite, transform.high.isFinite else {
      throw PlanError(
        "expected a finite range, found \(transform.low) to \(transform.high)", at: place)
    }
    guard let crop = transform.resizedCrop else { return }
    guard crop.minimumScale > 0, crop.minimumScale <= crop.maximumScale, crop.maximumScale <= 1
    else {
      throw PlanError(
        "expected a share of the area above 0 and at most 1, found "
          + "\(crop.minimumScale) to \(crop.maximumScale)", at: place)
    }
    guard crop.minimumRatio > 0, crop.minimumRatio <= crop.maximumRatio,
      crop.maximumRatio.isFinite, 0...1 ~= crop.probability
    else {
      throw PlanError(
        "expected a ratio above 0 and a probability of 0 to 1, found \(crop.minimumRatio) to "
          + "\(crop.maximumRatio) and \(crop.probability)", at: place)
    }
  }
}
