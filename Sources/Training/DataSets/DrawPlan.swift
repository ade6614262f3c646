import Plan
import Runtime

/// Which pictures every draw of a plan takes: a pure function of seed and iteration.
struct DrawPlan: Sendable {
  private let batches: BatchPlan
  /// With the draw that always exists; each after those that it follows.
  private let draws: [Draw]
  /// Nil if no draw asks for classes.
  private let classes: ClassIndex?

  /// - Throws: `.invalid` naming the draw and what the data set lacks for it.
  init(_ draws: [Draw], over batches: BatchPlan, of dataSet: DataSet) throws(RuntimeError) {
    self.batches = batches
    let isListed = draws.contains { $0.name == Draw.sample }
    self.draws = (isListed ? [] : [Draw(Draw.sample, .epochs)]) + draws
    guard let first = draws.first(where: \.needsClasses) else {
      classes = nil
      return
    }
    guard let labels = dataSet.labels else {
      throw RuntimeError(
        .invalid,
        "the draw '\(first.name)' chooses by class, and the data set has no labels; build it from a "
          + "folder whose sub-folders are the classes")
    }
    let classes = ClassIndex(labels: labels)
    if let draw = draws.first(where: \.needsSecondClass), classes.members.count < 2 {
      throw RuntimeError(
        .invalid,
        "the draw '\(draw.name)' takes pictures of another class, and all \(dataSet.count) pictures "
          + "of the data set are of one class")
    }
    self.classes = classes
  }

  /// The pictures of one batch, by draw.
  func indices(iteration: Int) -> [String: [Int]] {
    var taken: [String: [Int]] = [:]
    for draw in draws {
      switch (draw.rule, classes) {
      case (.balanced, let classes?):
        taken[draw.name] = balanced(draw.name, iteration, classes)
      case (.related(let other, let relation), _):
        taken[draw.name] = related(
          draw.name, to: taken[other] ?? [], by: relation, iteration)
      default:
        taken[draw.name] = batches.indices(iteration: iteration, of: draw.name)
      }
    }
    return taken
  }

  /// As many pictures of every class as of any other.
  ///
  /// The classes come in rounds, each round in another order. Within a class no picture comes twice before all have
  /// come.
  private func balanced(_ draw: String, _ iteration: Int, _ classes: ClassIndex) -> [Int] {
    let count = classes.members.count
    let first = iteration * batches.batch
    return (first..<first + batches.batch).map { position in
      let round = position / count
      var order = batches.random(.classOrder, UInt64(round), 0, of: draw)
      let chosen = order.shuffled(count)[position % count]
      let members = classes.members[chosen]
      var pass = batches.random(
        .orderInClass, UInt64(chosen), UInt64(round / members.count), of: draw)
      return members[pass.shuffled(members.count)[round % members.count]]
    }
  }

  private func related(
    _ draw: String, to others: [Int], by relation: Draw.Relation, _ iteration: Int
  ) -> [Int] {
    others.enumerated().map { sample, other in
      var random = batches.random(.relation, UInt64(iteration), UInt64(sample), of: draw)
      return switch (relation, classes) {
      case (.same, let classes?): classes.another(like: other, with: &random)
      case (.other, let classes?): classes.different(from: other, with: &random)
      default: random.below(batches.count)
      }
    }
  }
}

extension [Draw] {
  /// The draws that sources name and those that these follow; what nobody looks at asks nothing of a data set.
  func needed(by sources: [DataSource]) -> [Draw] {
    var names = Set(sources.map(\.draw) + [Draw.sample])
    // A draw follows earlier ones only.
    for draw in reversed() where names.contains(draw.name) {
      if case .related(let other, _) = draw.rule { names.insert(other) }
    }
    return filter { names.contains($0.name) }
  }
}

extension Draw {
  fileprivate var needsClasses: Bool {
    switch rule {
    case .balanced, .related(_, .same), .related(_, .other): true
    case .epochs, .related(_, .any): false
    }
  }

  fileprivate var needsSecondClass: Bool {
    if case .related(_, .other) = rule { true } else { false }
  }
}
