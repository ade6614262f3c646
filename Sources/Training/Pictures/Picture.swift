/// A picture of eight-bit red, green and blue, rows from the top, without padding.
package struct Picture: Sendable, Hashable {
  package let width: Int
  package let height: Int
  /// Three bytes a pixel, `width * height * 3` in all.
  package var rgb: [UInt8]

  package init(width: Int, height: Int, rgb: [UInt8]) {
    precondition(rgb.count == width * height * 3, "the pixels do not fill the picture")
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// A picture of one colour.
  package init(width: Int, height: Int, colour: (red: UInt8, green: UInt8, blue: UInt8)) {
    let pixel = [colour.red, colour.green, colour.blue]
    self.init(width: width, height: height, rgb: (0..<width * height).flatMap { _ in pixel })
  }

  package subscript(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    get {
      let start = (y * width + x) * 3
      return (rgb[start], rgb[start + 1], rgb[start + 2])
    }
    set {
      let start = (y * width + x) * 3
      (rgb[start], rgb[start + 1], rgb[start + 2]) = newValue
    }
  }

  /// The part of the picture with its corner at `x`, `y`, which must lie inside.
  package func cropped(x: Int, y: Int, width: Int, height: Int) -> Picture {
    let rows = (y..<y + height).map {
      rgb[($0 * self.width + x) * 3..<($0 * self.width + x + width) * 3]
    }
    return Picture(width: width, height: height, rgb: Array(rows.joined()))
  }

  /// The largest square in the middle.
  package func croppedToSquare() -> Picture {
    let side = min(width, height)
    return cropped(x: (width - side) / 2, y: (height - side) / 2, width: side, height: side)
  }

  /// Every pixel repeated `scale` times in both directions.
  package func enlarged(by scale: Int) -> Picture {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rgb.count * scale * scale)
    for y in 0..<height {
      var row: [UInt8] = []
      for x in 0..<width {
        let start = (y * width + x) * 3
        for _ in 0..<scale { row += rgb[start..<start + 3] }
      }
      for _ in 0..<scale { pixels += row }
    }
    return Picture(width: width * scale, height: height * scale, rgb: pixels)
  }

  /// Copies another picture over this one, its corner at `x`, `y`; what sticks out is left away.
  package mutating func draw(_ other: Picture, x: Int, y: Int) {
    let columns = max(0, min(other.width, width - x))
    for row in 0..<max(0, min(other.height, height - y)) {
      let source = row * other.width * 3
      let target = ((y + row) * width + x) * 3
      rgb.replaceSubrange(
        target..<target + columns * 3, with: other.rgb[source..<source + columns * 3])
    }
  }
}
