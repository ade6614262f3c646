package import Plan
package import Runtime

/// A program that turns a picture into one of another domain.
///
/// It takes a source picture, perhaps a reference picture whose style it copies, and the target's label.
package final class TranslatedPictures {
  package let dataSet: DataSet
  private let plan: Plan
  private let program: PictureProgram
  private let view: TrainingView
  private let source: String
  private let reference: String?
  private let target: String

  /// Loads the weights that the program reads.
  ///
  /// - Parameter dataSet: where sources and references come from.
  package init(
    plan: Plan, weights path: String, program name: String, dataSet: DataSet
  ) throws(RuntimeError) {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(path, for: name, into: session)
    program = try PictureProgram(named: name, in: session)
    let inputs = program.callerInputs
    let pictures = inputs.filter { $0.element == .float32 && $0.shape.count == 4 }
    let labels = inputs.filter { $0.element == .int64 && $0.shape.count == 1 }
    guard let first = pictures.first, let label = labels.first, pictures.count <= 2,
      labels.count == 1, inputs.count == pictures.count + 1
    else {
      let found = inputs.map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
      throw RuntimeError(
        .invalid,
        "expected the program '\(name)' to take a source picture, perhaps a reference picture, and "
          + "the target's label, found \(found.isEmpty ? "no inputs" : found)")
    }
    source = first.name
    reference = pictures.count == 2 ? pictures[1].name : nil
    target = label.name
    view = try TrainingView(of: dataSet, size: program.size, sources: plan.data)
    for picture in pictures {
      let wanted = [program.batch, 3, program.size.height, program.size.width]
      guard picture.shape == wanted else {
        throw RuntimeError(
          .invalid,
          "expected the input '\(picture.name)' to have the shape \(wanted) of what is drawn, found "
            + "\(picture.shape)")
      }
    }
    self.plan = plan
    self.dataSet = dataSet
  }

  /// Pictures in a full batch.
  package var batch: Int { program.batch }

  /// What the originals' files call the way of translation.
  package var mode: String { reference == nil ? "latent" : "reference" }

  /// Translates pictures of the data set, a batch at most.
  ///
  /// - Parameters:
  ///   - sources: positions of the pictures.
  ///   - references: as many positions of pictures of the target; without meaning if no reference is wanted.
  ///   - context: seed and step of the noise.
  package func translate(
    _ sources: [Int], like references: [Int], to label: Int64, _ context: RunContext
  ) throws(RuntimeError) -> [Picture] {
    try fill(source, sources)
    if let reference { try fill(reference, references) }
    try program.bound.set(
      target, HostTensor(shape: [batch], Array(repeating: label, count: batch)))
    return Array(try program.pictures(context, of: plan).prefix(sources.count))
  }

  /// A picture as the network sees it.
  package func picture(at index: Int, of dataSet: DataSet) throws(RuntimeError) -> Picture {
    try view.picture(at: index, of: dataSet)
  }

  /// Pictures of a data set as the network sees them.
  package func realPictures(
    of dataSet: DataSet, at indices: [Int]
  ) throws(RuntimeError) -> DataSetPictures {
    guard dataSet.imageSize == self.dataSet.imageSize else {
      throw RuntimeError(
        .invalid,
        "the pictures of '\(dataSet.path)' are \(dataSet.imageSize.width) x "
          + "\(dataSet.imageSize.height), those of '\(self.dataSet.path)' "
          + "\(self.dataSet.imageSize.width) x \(self.dataSet.imageSize.height); build both with "
          + "the same --size")
    }
    return DataSetPictures(of: dataSet, at: indices, as: view)
  }

  /// Puts pictures into an input, beginning anew where they are fewer than a batch.
  private func fill(_ input: String, _ indices: [Int]) throws(RuntimeError) {
    let buffer = try program.bound.inputBuffer(input).bindMemory(to: Float.self)
    for sample in 0..<batch {
      let pixels = view.pixels(at: indices[sample % indices.count], of: dataSet)
      for (offset, value) in pixels.enumerated() {
        buffer[sample * view.sampleLength + offset] = value
      }
    }
  }
}
