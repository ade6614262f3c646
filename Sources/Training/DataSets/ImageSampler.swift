import Plan

/// Turns stored pictures into what one image input of a network wants.
struct ImageSampler: Sendable {
  /// Measures after resizing.
  let resized: (width: Int, height: Int)
  /// Measures of what comes out.
  let size: (width: Int, height: Int)
  private let resampling: Resampling?
  private let mirrors: Bool
  /// What each byte becomes.
  private let values: [Float]

  /// - Parameter stored: measures of the data set's pictures.
  init(_ transform: ImageTransform, stored: (width: Int, height: Int)) {
    resized = transform.resize.map { ($0, $0) } ?? stored
    size = transform.randomCrop.map { ($0, $0) } ?? resized
    resampling = resized == stored ? nil : Resampling(from: stored, to: resized)
    mirrors = transform.horizontalFlip
    values = (0...255).map {
      Float(transform.low + (transform.high - transform.low) * Double($0) / 255)
    }
  }

  /// Writes one sample, rows × columns × 3.
  func sample(
    _ pixels: UnsafeBufferPointer<UInt8>, _ variation: SampleVariation,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    guard let resampling else { return crop(pixels, variation, into: target) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: resized.width * resized.height * 3) {
      resampling.resample(pixels, into: $0)
      crop(UnsafeBufferPointer($0), variation, into: target)
    }
  }

  private func crop(
    _ pixels: UnsafeBufferPointer<UInt8>, _ variation: SampleVariation,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let room = (x: resized.width - size.width, y: resized.height - size.height)
    let corner = variation.corner(room: room)
    let isMirrored = mirrors && variation.isMirrored
    values.withUnsafeBufferPointer { values in
      var position = 0
      for y in 0..<size.height {
        let row = ((corner.y + y) * resized.width + corner.x) * 3
        for x in 0..<size.width {
          let source = row + (isMirrored ? size.width - 1 - x : x) * 3
          target[position] = values[Int(pixels[source])]
          target[position + 1] = values[Int(pixels[source + 1])]
          target[position + 2] = values[Int(pixels[source + 2])]
          position += 3
        }
      }
    }
  }
}
