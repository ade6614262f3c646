package import Runtime

extension Picture {
  /// The order of a batch's axes in memory.
  package enum SampleOrder: Sendable {
    /// Samples, channels, rows, columns: files and PyTorch.
    case channelsFirst
    /// Samples, rows, columns, channels: the runtime's buffers.
    case channelsLast
  }

  /// The pictures of a batch that a network drew.
  ///
  /// - Parameters:
  ///   - shape: logical `[N, C, H, W]` with one channel (grey) or three.
  ///   - range: the values that become 0 and 255; what lies outside is clamped, and what is no number is 0.
  package static func pictures(
    of samples: [Float], shape: [Int], order: SampleOrder,
    range: (low: Double, high: Double) = (-1, 1)
  ) throws(RuntimeError) -> [Picture] {
    guard shape.count == 4, shape[1] == 1 || shape[1] == 3,
      shape.reduce(1, *) == samples.count
    else {
      throw RuntimeError(
        .invalid, "expected pictures of shape [N, 3, H, W] or [N, 1, H, W], found \(shape)")
    }
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let scale = 255 / (range.high - range.low)
    return (0..<shape[0]).map { sample in
      var rgb = [UInt8](repeating: 0, count: width * height * 3)
      for pixel in 0..<width * height {
        for channel in 0..<3 {
          let source = channels == 3 ? channel : 0
          let index =
            switch order {
            case .channelsFirst: (sample * channels + source) * width * height + pixel
            case .channelsLast: (sample * width * height + pixel) * channels + source
            }
          let value = ((Double(samples[index]) - range.low) * scale).rounded()
          rgb[pixel * 3 + channel] = value >= 255 ? 255 : value > 0 ? UInt8(value) : 0
        }
      }
      return Picture(width: width, height: height, rgb: rgb)
    }
  }
}
