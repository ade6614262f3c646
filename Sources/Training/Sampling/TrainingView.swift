package import Plan
package import Runtime

/// Training pictures as a network sees them: resized, cropped in the middle, not mirrored.
package struct TrainingView {
  /// Numbers of one picture, rows × columns × 3.
  let sampleLength: Int
  private let sampler: ImageSampler
  private let variation: SampleVariation
  private let range: (low: Double, high: Double)

  /// Takes the way in which the plan makes pictures of this size, or a plain resizing.
  package init(
    of dataSet: DataSet, size: (width: Int, height: Int), sources: [DataSource]
  ) throws(RuntimeError) {
    let transforms = sources.compactMap { source -> ImageTransform? in
      guard case .images(let transform) = source.content else { return nil }
      return transform
    }
    let candidates = transforms + [ImageTransform(resize: size.width)]
    let views = candidates.map { ($0, ImageSampler($0, stored: dataSet.imageSize)) }
    guard let (transform, sampler) = views.first(where: { $0.1.size == size }) else {
      throw RuntimeError(
        .invalid,
        "no training picture can be compared with drawn ones of \(size.width) x \(size.height)")
    }
    self.sampler = sampler
    range = (transform.low, transform.high)
    sampleLength = size.width * size.height * 3
    variation = BatchPlan(count: 1, batch: 1, seed: 0, isVaried: false)
      .variation(iteration: 0, sample: 0, captions: 1)
  }

  /// A picture's numbers, rows × columns × 3, in the network's range.
  func pixels(at index: Int, of dataSet: DataSet) -> [Float] {
    [Float](unsafeUninitializedCapacity: sampleLength) { buffer, initialized in
      buffer.initialize(repeating: 0)
      dataSet.withPixels(at: index) { sampler.sample($0, variation, into: buffer) }
      initialized = sampleLength
    }
  }

  package func picture(at index: Int, of dataSet: DataSet) throws(RuntimeError) -> Picture {
    let (width, height) = sampler.size
    return try Picture.pictures(
      of: pixels(at: index, of: dataSet), shape: [1, 3, height, width], order: .channelsLast,
      range: range)[0]
  }
}
