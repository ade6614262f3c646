import Plan

/// Turns stored pictures into what one image input of a network wants.
struct ImageSampler: Sendable {
  /// Measures after resizing.
  let resized: (width: Int, height: Int)
  /// Measures of what comes out.
  let size: (width: Int, height: Int)
  private let stored: (width: Int, height: Int)
  private let resampling: Resampling?
  private let resizedCrop: RandomResizedCrop?
  private let mirrors: Bool
  private let isGrey: Bool
  /// What each byte becomes.
  private let values: [Float]

  /// - Parameters:
  ///   - stored: measures of the data set's pictures.
  ///   - isGrey: whether one number a pixel comes out instead of three.
  init(_ transform: ImageTransform, stored: (width: Int, height: Int), isGrey: Bool = false) {
    self.stored = stored
    self.isGrey = isGrey
    resized = transform.resize.map { ($0, $0) } ?? stored
    size = transform.randomCrop.map { ($0, $0) } ?? resized
    resampling = resized == stored ? nil : Resampling(from: stored, to: resized)
    resizedCrop = transform.resizedCrop
    mirrors = transform.horizontalFlip
    values = (0...255).map {
      Float(transform.low + (transform.high - transform.low) * Double($0) / 255)
    }
  }

  /// Writes one sample, rows × columns × channels.
  func sample(
    _ pixels: UnsafeBufferPointer<UInt8>, _ variation: SampleVariation,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    let whole = PictureBox(x: 0, y: 0, width: stored.width, height: stored.height)
    let part = resizedCrop.map { variation.part(of: stored, $0) } ?? whole
    let resampling =
      part == whole
      ? resampling : Resampling(from: (part.width, part.height), to: resized)
    guard let resampling else { return crop(pixels, variation, into: target) }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: resized.width * resized.height * 3) {
      resampling.resample(
        pixels, corner: (part.x, part.y), rowLength: stored.width * 3, into: $0)
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
          if isGrey {
            target[position] = values[luminance(pixels, at: source)]
            position += 1
            continue
          }
          target[position] = values[Int(pixels[source])]
          target[position + 1] = values[Int(pixels[source + 1])]
          target[position + 2] = values[Int(pixels[source + 2])]
          position += 3
        }
      }
    }
  }

  /// The brightness of a pixel by the weights of ITU-R BT.601, rounded; that of a grey pixel is its own value.
  private func luminance(_ pixels: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let (red, green, blue) = (pixels[index], pixels[index + 1], pixels[index + 2])
    return (299 * Int(red) + 587 * Int(green) + 114 * Int(blue) + 500) / 1000
  }
}
