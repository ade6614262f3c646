import Plan
import Runtime

/// Turns what users write after `NAME=` into values of an input.
///
/// | input   | values |
/// |---------|--------|
/// | text    | the text itself |
/// | label   | `3`, `0-9`, `sneaker,boot`: numbers, or classes of the data set |
/// | picture | a PNG or JPEG file, or a folder of them |
/// | number  | a `NumberList` |
/// | any     | `data`, `data:3`, `data:0-7`, `data:0,5,9`: pictures of the data set by their positions |
struct InputReader {
  let data: DataInputs?
  let pictures: PictureReader
  /// How many pictures `data` stands for.
  let spread: Int

  /// - Parameter isShifted: whether `data` takes pictures half-way between those that it takes otherwise.
  func values(
    _ text: String, for input: SampleInput, isShifted: Bool = false
  ) throws(RuntimeError) -> [CellValue] {
    if let indices = try dataIndices(text, for: input, isShifted: isShifted), let data {
      return try indices.map { index throws(RuntimeError) in
        try data.value(of: input, at: index)
      }
    }
    switch input.kind {
    case .text: return [literal(text, for: input)]
    case .label: return try labels(text, for: input)
    case .picture:
      return try pictures.paths(text, for: input).map { path throws(RuntimeError) in
        try pictures.value(path, for: input)
      }
    case .number:
      return try NumberList.parse(text, of: "'\(input.name)'").map { number in
        CellValue(
          HostTensor(shape: input.sampleShape, [Float(number)]),
          caption: "\(input.name) \(Self.short(number))")
      }
    }
  }

  /// A text as it stands.
  func literal(_ text: String, for input: SampleInput) -> CellValue {
    let dimension = input.sampleShape.first ?? 1
    let vector = TextEmbedding(dimension: dimension).embed(text)
    return CellValue(HostTensor(shape: input.sampleShape, vector), caption: text)
  }

  /// A number to three decimal places.
  static func short(_ number: Double) -> String {
    let rounded = (number * 1000).rounded() / 1000
    return rounded == rounded.rounded() && abs(rounded) < 1e9 ? "\(Int(rounded))" : "\(rounded)"
  }

  // MARK: Labels

  private func labels(
    _ text: String, for input: SampleInput
  ) throws(RuntimeError) -> [CellValue] {
    let parts =
      label(text[...]) != nil ? [text[...]] : text.split(separator: ",").map(\.trimmed)
    var values: [CellValue] = []
    for part in parts {
      guard let range = label(part) else { throw unknownLabel(part, for: input) }
      values += range.map { label in
        CellValue(
          HostTensor(shape: [], [label]),
          caption: data?.name(ofLabel: label, input: input.name) ?? "\(input.name) \(label)")
      }
    }
    return values
  }

  /// A class's name, a number, or `first-last`.
  private func label(_ text: Substring) -> ClosedRange<Int64>? {
    if let index = data?.dataSet.classes.firstIndex(of: String(text)) {
      return Int64(index)...Int64(index)
    }
    return Self.range(text, below: 1 << 20).map { Int64($0.lowerBound)...Int64($0.upperBound) }
  }

  private func unknownLabel(_ text: Substring, for input: SampleInput) -> RuntimeError {
    let classes = data?.dataSet.classes ?? []
    guard !classes.isEmpty else {
      return RuntimeError(
        .invalid,
        "'\(input.name)': expected a class's number, found '\(text)'; names need a data set with classes, "
          + "given by --data")
    }
    let close = NameSuggestion.closest(to: String(text), among: classes)
    let advice =
      close.isEmpty
      ? "it has \(classes.prefix(20).map { "'\($0)'" }.joined(separator: ", "))"
      : "did you mean \(close.map { "'\($0)'" }.joined(separator: " or "))?"
    return RuntimeError(
      .invalid, "'\(input.name)': the data set has no class '\(text)'; \(advice)")
  }

  // MARK: Data set

  /// The positions that `data...` names; nil for anything else.
  private func dataIndices(
    _ text: String, for input: SampleInput, isShifted: Bool
  ) throws(RuntimeError) -> [Int]? {
    guard text == "data" || text.hasPrefix("data:") else { return nil }
    guard let data else {
      throw RuntimeError(
        .invalid, "'\(input.name)=\(text)' takes pictures of a data set; give one by --data")
    }
    if text == "data" { return data.spread(spread, isShifted: isShifted) }
    let ranges = text.dropFirst(5).split(separator: ",", omittingEmptySubsequences: false)
      .map { Self.range($0.trimmed, below: data.dataSet.count) }
    guard !ranges.contains(nil) else {
      throw RuntimeError(
        .invalid,
        "'\(input.name)=\(text)': expected positions in the data set such as 'data:3', 'data:0-7' or "
          + "'data:0,5,9', from 0 to \(data.dataSet.count - 1)")
    }
    return ranges.compactMap { $0 }.flatMap(Array.init)
  }

  /// `3` or `0-7`, all below the bound.
  private static func range(_ text: Substring, below bound: Int) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard 1...2 ~= ends.count, let first = ends[0], let last = ends[ends.count - 1],
      0 <= first, first <= last, last < bound
    else { return nil }
    return first...last
  }
}
