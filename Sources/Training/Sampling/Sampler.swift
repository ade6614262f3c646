package import Plan
package import Runtime

/// Draws pictures for texts with trained weights.
package final class Sampler {
  /// What a picture is to show.
  package struct Request: Sendable, Hashable {
    package var text: String
    package var label: Int64

    package init(text: String = "", label: Int64 = 0) {
      self.text = text
      self.label = label
    }
  }

  /// A picture and what was asked for.
  package struct Sample: Sendable {
    package var request: Request
    package var picture: Picture
  }

  private enum Condition {
    case text(TextEmbedding)
    case label
  }

  private let program: PictureProgram
  private let conditions: [(input: String, condition: Condition)]

  /// Loads the weights that the program reads from a checkpoint or a weights file.
  ///
  /// - Throws: `.invalid` listing every tensor that is missing or of another shape.
  package init(
    plan: Plan, weights path: String, program name: String = "sample"
  ) throws(RuntimeError) {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(path, for: name, into: session)
    program = try PictureProgram(named: name, in: session)
    conditions = try Self.conditions(of: program)
  }

  private static func conditions(
    of program: PictureProgram
  ) throws(RuntimeError) -> [(input: String, condition: Condition)] {
    try program.callerInputs.map { name, element, shape throws(RuntimeError) in
      switch (element, shape.count) {
      case (.float32, 2) where shape[0] == program.batch:
        return (name, .text(TextEmbedding(dimension: shape[1])))
      case (.int64, 1) where shape[0] == program.batch:
        return (name, .label)
      default:
        throw RuntimeError(
          .invalid,
          "the program '\(program.program.name)' wants '\(name)' of shape \(shape), which is neither a "
            + "text nor a label; use 'planform run'")
      }
    }
  }

  /// Whether the program reads texts.
  package var usesText: Bool {
    conditions.contains { if case .text = $0.condition { true } else { false } }
  }

  /// Draws `count` pictures for each request, in the order of the requests.
  package func draw(
    _ requests: [Request], count: Int, seed: UInt64
  ) throws(RuntimeError) -> [Sample] {
    let wanted = requests.flatMap { Array(repeating: $0, count: count) }
    var samples: [Sample] = []
    for start in stride(from: 0, to: wanted.count, by: program.batch) {
      let part = Array(wanted[start..<min(start + program.batch, wanted.count)])
      try fill(part)
      let step = UInt64(start / program.batch)
      let pictures = try program.drawPictures(RunContext(seed: seed, step: step))
      samples += zip(part, pictures).map { Sample(request: $0, picture: $1) }
    }
    return samples
  }

  /// Puts the requests into the program's inputs, beginning anew where they are fewer than a batch.
  private func fill(_ requests: [Request]) throws(RuntimeError) {
    let padded = (0..<program.batch).map { requests[$0 % requests.count] }
    for (input, condition) in conditions {
      switch condition {
      case .text(let embedding):
        var known: [String: [Float]] = [:]
        let vectors = padded.flatMap { request in
          let vector = known[request.text] ?? embedding.embed(request.text)
          known[request.text] = vector
          return vector
        }
        try program.bound.set(
          input, HostTensor(shape: [program.batch, embedding.dimension], vectors))
      case .label:
        try program.bound.set(
          input, HostTensor(shape: [program.batch], padded.map(\.label)))
      }
    }
  }
}

extension [Sampler.Sample] {
  /// The pictures on one sheet with their texts below, `columns` in a row.
  package func grid(columns: Int? = nil) -> Picture {
    PictureGrid(
      map(\.picture), captions: map(\.request.text),
      columns: columns
    ).drawn()
  }
}
