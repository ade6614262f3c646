package import Plan
package import Runtime

/// A program that describes pictures in numbers: a classifier's features and logits, or styles.
///
/// It takes a picture and perhaps the picture's label; any plan has one whose file declares it.
package final class FeatureNetwork {
  /// Pictures that one run describes.
  package let batch: Int
  package let size: (width: Int, height: Int)
  private let bound: BoundProgram
  private let picture: String
  private let label: String?
  /// Whether the program wants brightness instead of colours.
  private let isGrey: Bool
  /// What each byte of a picture becomes.
  private let values: [Float]

  /// Loads the weights that the program reads.
  package init(
    plan: Plan, weights path: String, program name: String = "features"
  ) throws(RuntimeError) {
    let session = try Session(plan: plan, seed: 0)
    try StateFile.readWeights(path, for: name, into: session)
    bound = try session.bind(name)
    let program = bound.program
    guard !program.changesState else {
      throw RuntimeError(
        .invalid,
        "the program '\(name)' changes running statistics as it looks at pictures; call its "
          + "networks with 'mode: eval'")
    }
    let inputs = try FeatureInputs(of: program)
    (picture, label) = (inputs.picture, inputs.label)
    batch = inputs.shape[0]
    size = (width: inputs.shape[3], height: inputs.shape[2])
    isGrey = inputs.shape[1] == 1
    let range = try PictureRange(of: inputs.picture, side: inputs.shape[3], in: plan)
    values = (0...255).map {
      Float(range.low + (range.high - range.low) * Double($0) / 255)
    }
    try ScheduledInputs(program.inputs, epochLength: 1).feed(bound, iteration: 0)
  }

  /// Whether the program wants to know the pictures' labels.
  package var wantsLabels: Bool { label != nil }

  /// The outputs' names with their shapes, in the program's order.
  package var outputs: [(name: String, shape: [Int])] {
    let program = bound.program
    return program.outputs.map { ($0.name, program.tensors[$0.tensor.index].shape) }
  }

  // MARK: Tables

  /// One output for all pictures of a stream, a row each.
  ///
  /// - Parameter labels: by position in the data set, if the program wants them.
  package func table(
    _ output: String, of stream: any PictureStream, labels: [Int64] = [],
    progress: EvaluationProgress = { _, _ in }
  ) throws(RuntimeError) -> (rows: FeatureTable, indices: [Int]) {
    var table = FeatureTable(dimension: try width(of: output))
    var indices: [Int] = []
    var waiting: [Picture] = []
    func describe(_ count: Int) throws(RuntimeError) {
      let known =
        labels.isEmpty ? [] : indices[table.count..<table.count + count].map { labels[$0] }
      let part = try self.describe(Array(waiting.prefix(count)), labels: known, by: [output])
      table.append(part[0])
      waiting.removeFirst(count)
      progress(table.count, stream.count)
    }
    progress(0, stream.count)
    while case let part = try stream.next(), !part.pictures.isEmpty {
      waiting += part.pictures
      indices += part.indices
      while waiting.count >= batch { try describe(batch) }
    }
    if !waiting.isEmpty { try describe(waiting.count) }
    return (table, indices)
  }

  /// Numbers that an output holds for each picture.
  private func width(of output: String) throws(RuntimeError) -> Int {
    guard let shape = outputs.first(where: { $0.name == output })?.shape else {
      throw RuntimeError(
        .missing,
        "the program '\(bound.program.name)' has no output '\(output)'; it has "
          + outputs.map { "'\($0.name)'" }.joined(separator: ", "))
    }
    guard shape.count >= 2, shape[0] == batch else {
      throw RuntimeError(
        .invalid,
        "expected the output '\(output)' of shape [\(batch), numbers], found \(shape)")
    }
    return shape.dropFirst().reduce(1, *)
  }

  // MARK: Pictures

  /// What the program says of any number of pictures.
  ///
  /// - Parameters:
  ///   - labels: the pictures' labels; empty if nobody wants them.
  ///   - outputs: which outputs.
  /// - Returns: for each output a tensor whose first axis counts the pictures.
  package func describe(
    _ pictures: [Picture], labels: [Int64] = [], by outputs: [String]
  ) throws(RuntimeError) -> [HostTensor] {
    var results = outputs.map { _ in [Float]() }
    let widths = try outputs.map { output throws(RuntimeError) in try width(of: output) }
    for start in stride(from: 0, to: pictures.count, by: batch) {
      let range = start..<min(start + batch, pictures.count)
      try fill(pictures[range], labels.isEmpty ? [] : labels[range])
      try bound.run(RunContext(seed: 0, step: 0))
      for (index, output) in outputs.enumerated() {
        results[index] += try bound.tensor(output).floats.prefix(range.count * widths[index])
      }
    }
    return zip(outputs, results).map { output, values in
      let shape = self.outputs.first { $0.name == output }?.shape ?? []
      return HostTensor(shape: [pictures.count] + shape.dropFirst(), values)
    }
  }

  /// Puts a batch into the inputs, beginning anew where it is not full.
  private func fill(
    _ pictures: ArraySlice<Picture>, _ labels: ArraySlice<Int64>
  ) throws(RuntimeError) {
    let buffer = try bound.inputBuffer(picture).bindMemory(to: Float.self)
    let resized = pictures.map { $0.resized(width: size.width, height: size.height) }
    var position = 0
    for sample in 0..<batch {
      let picture = resized[sample % resized.count]
      for byte in isGrey ? picture.luminances : picture.rgb {
        buffer[position] = values[Int(byte)]
        position += 1
      }
    }
    guard let label else { return }
    guard !labels.isEmpty else {
      throw RuntimeError(
        .invalid,
        "the program '\(bound.program.name)' wants the pictures' labels as '\(label)', and the data "
          + "set has none")
    }
    let padded = (0..<batch).map { labels[labels.startIndex + $0 % labels.count] }
    try bound.set(label, HostTensor(shape: [batch], padded))
  }
}

/// The inputs of a program that looks at pictures.
private struct FeatureInputs {
  let picture: String
  /// `[batch, 3, height, width]`, or with one channel.
  let shape: [Int]
  let label: String?

  init(of program: Program) throws(RuntimeError) {
    let inputs = program.inputs.filter { if case .caller = $0.source { true } else { false } }
    let tensors = inputs.map { (name: $0.name, tensor: program.tensors[$0.tensor.index]) }
    let pictures = tensors.filter {
      $0.tensor.element == .float32 && $0.tensor.shape.count == 4
        && [1, 3].contains($0.tensor.shape[1])
    }
    let labels = tensors.filter { $0.tensor.element == .int64 && $0.tensor.shape.count == 1 }
    guard pictures.count == 1, labels.count <= 1,
      tensors.count == pictures.count + labels.count
    else {
      let found = tensors.map { "'\($0.name)' \($0.tensor.shape)" }.joined(separator: ", ")
      throw RuntimeError(
        .invalid,
        "expected the program '\(program.name)' to take a picture [batch, 3, height, width] and "
          + "perhaps a label, found \(found.isEmpty ? "no inputs" : found)")
    }
    (picture, shape) = (pictures[0].name, pictures[0].tensor.shape)
    label = labels.first?.name
  }
}

extension Picture {
  /// The brightness of each pixel by the weights of ITU-R BT.601.
  fileprivate var luminances: [UInt8] {
    stride(from: 0, to: rgb.count, by: 3).map { start in
      let (red, green, blue) = (Int(rgb[start]), Int(rgb[start + 1]), Int(rgb[start + 2]))
      return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
    }
  }
}
