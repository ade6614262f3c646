import Plan
import Runtime

/// The inputs of a program that a data set can fill, one picture at a time and never varied at random.
final class DataInputs {
  let dataSet: DataSet
  private let sources: [String: DataSource]
  private var fills: [String: InputFill] = [:]
  private let variation: SampleVariation

  init(_ plan: Plan, from dataSet: DataSet) {
    self.dataSet = dataSet
    sources = Dictionary(plan.data.map { ($0.input, $0) }, uniquingKeysWith: { first, _ in first })
    variation = BatchPlan(count: 1, batch: 1, seed: 0, isVaried: false)
      .variation(iteration: 0, sample: 0, captions: dataSet.captionsPerPicture)
  }

  /// The draw that an input's pictures are of: inputs of one draw show one picture of the data set.
  ///
  /// Nil if the plan's data section does not say how to fill the input.
  func draw(of input: String) -> String? { sources[input]?.draw }

  /// An input's value for one picture of the data set.
  ///
  /// - Throws: `.invalid` if the data set cannot supply it.
  func value(of input: SampleInput, at index: Int) throws(RuntimeError) -> CellValue {
    guard let source = sources[input.name] else {
      throw RuntimeError(
        .invalid, "the plan's data section does not say what fills the input '\(input.name)'")
    }
    let fill = try fill(source, for: input)
    let count = input.sampleShape.reduce(1, *)
    switch source.content {
    case .labels:
      let label = fill.sample(Int64.self, 1, index, variation, of: dataSet)[0]
      return CellValue(
        HostTensor(shape: [], [label]), caption: name(ofLabel: label, input: input.name),
        dataIndex: index)
    case .embeddings:
      let vector = fill.sample(Float.self, count, index, variation, of: dataSet)
      return CellValue(
        HostTensor(shape: input.sampleShape, vector), caption: dataSet.captions(at: index)[0],
        dataIndex: index)
    case .images(let transform):
      let pixels = fill.sample(Float.self, count, index, variation, of: dataSet)
      return try picture(pixels, transform, input.sampleShape, index)
    }
  }

  /// Pictures spread evenly over the data set; `isShifted` takes those half-way between.
  func spread(_ count: Int, isShifted: Bool = false) -> [Int] {
    let shown = min(count, dataSet.count)
    return (0..<shown).map { (2 * $0 + (isShifted ? 1 : 0)) * dataSet.count / (2 * shown) }
  }

  /// A class's name, or `label 3`.
  func name(ofLabel label: Int64, input: String) -> String {
    let classes = dataSet.classes
    return label >= 0 && label < classes.count ? classes[Int(label)] : "\(input) \(label)"
  }

  private func fill(
    _ source: DataSource, for input: SampleInput
  ) throws(RuntimeError) -> InputFill {
    if let fill = fills[input.name] { return fill }
    let fill = try InputFill(
      source, shape: [1] + input.sampleShape, batch: 1, dataSet: dataSet)
    fills[input.name] = fill
    return fill
  }

  private func picture(
    _ pixels: [Float], _ transform: ImageTransform, _ shape: [Int], _ index: Int
  ) throws(RuntimeError) -> CellValue {
    let (channels, height, width) = (shape[0], shape[1], shape[2])
    let picture = try Picture.pictures(
      of: pixels, shape: [1, channels, height, width], order: .channelsLast,
      range: (transform.low, transform.high))[0]
    let area = width * height
    let planes = (0..<channels * area).map { pixels[$0 % area * channels + $0 / area] }
    return CellValue(
      HostTensor(shape: shape, planes), caption: "", picture: picture, dataIndex: index)
  }
}

extension InputFill {
  /// The numbers of one sample, pictures as rows × columns × channels.
  fileprivate func sample<Element>(
    _ type: Element.Type, _ count: Int, _ index: Int, _ variation: SampleVariation,
    of dataSet: DataSet
  ) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      self([index], [variation], of: dataSet, into: UnsafeMutableRawBufferPointer(buffer))
      initialized = count
    }
  }
}
