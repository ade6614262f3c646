extension Picture {
  /// The picture with other measures: bilinear when it grows, and free of aliasing when it shrinks.
  package func resized(width newWidth: Int, height newHeight: Int) -> Picture {
    if (newWidth, newHeight) == (width, height) { return self }
    let resampling = Resampling(from: (width, height), to: (newWidth, newHeight))
    let pixels = [UInt8](unsafeUninitializedCapacity: newWidth * newHeight * 3) { target, count in
      rgb.withUnsafeBufferPointer {
        resampling.resample($0, corner: (0, 0), rowLength: width * 3, into: target)
      }
      count = newWidth * newHeight * 3
    }
    return Picture(width: newWidth, height: newHeight, rgb: pixels)
  }
}

/// The weights of one resizing, computed once for many pictures of the same measures.
///
/// Each axis is filtered with a triangle as wide as two source pixels, or as two target pixels where the picture
/// shrinks; the centres of pixels lie at halves, so that nothing shifts.
struct Resampling: Sendable {
  private let columns: Axis
  private let rows: Axis

  init(from source: (width: Int, height: Int), to target: (width: Int, height: Int)) {
    columns = Axis(from: source.width, to: target.width)
    rows = Axis(from: source.height, to: target.height)
  }

  /// Resizes RGB pixels; the target must have the size given to `init`.
  ///
  /// - Parameters:
  ///   - corner: where in the picture the part lies that is resized.
  ///   - rowLength: bytes from one of the picture's rows to the next.
  func resample(
    _ source: UnsafeBufferPointer<UInt8>, corner: (x: Int, y: Int), rowLength sourceRow: Int,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let (width, oldHeight) = (columns.taps.count, rows.sourceCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: oldHeight * width * 3) { narrowed in
      for y in 0..<oldHeight {
        for (x, taps) in columns.taps.enumerated() {
          for channel in 0..<3 {
            var sum: Float = 0
            var index = (corner.y + y) * sourceRow + (corner.x + taps.start) * 3 + channel
            for weight in taps.weights {
              sum += weight * Float(source[index])
              index += 3
            }
            narrowed[(y * width + x) * 3 + channel] = sum
          }
        }
      }
      let rowLength = width * 3
      for (y, taps) in rows.taps.enumerated() {
        for column in 0..<rowLength {
          var sum: Float = 0
          var index = taps.start * rowLength + column
          for weight in taps.weights {
            sum += weight * narrowed[index]
            index += rowLength
          }
          target[y * rowLength + column] = UInt8(max(0, min(255, sum.rounded())))
        }
      }
    }
  }

  /// For every target pixel of one axis, the source pixels that it is the weighted mean of.
  private struct Axis {
    let sourceCount: Int
    let taps: [(start: Int, weights: [Float])]

    init(from sourceCount: Int, to targetCount: Int) {
      self.sourceCount = sourceCount
      let step = Double(sourceCount) / Double(targetCount)
      let reach = max(step, 1)
      taps = (0..<targetCount).map { index in
        let centre = (Double(index) + 0.5) * step
        let start = max(0, Int((centre - reach).rounded(.down)))
        let end = min(sourceCount, Int((centre + reach).rounded(.up)))
        let weights = (start..<end).map { max(0, 1 - abs((Double($0) + 0.5 - centre) / reach)) }
        let total = weights.reduce(0, +)
        return (start, weights.map { Float($0 / total) })
      }
    }
  }
}
