package import Runtime

#if PICTURES
  import Glibc
  import CJPEG
  import CPNG
#endif

/// The picture formats that are read, told apart by their first bytes.
package enum PictureFormat: Sendable {
  case png
  case jpeg

  /// Recognises a file by its contents; its name is not trusted.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    if bytes.starts(with: pngSignature) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else {
      return nil
    }
  }
}

extension Picture {
  /// Larger sides are refused.
  package static let maximumSide = 16_384
  /// Larger pictures are refused, since a few kilobytes can claim any number of pixels.
  package static let maximumPixels = 1 << 26

  /// Reads a PNG or JPEG file; what is transparent is laid over white.
  package static func read(path: String) throws(RuntimeError) -> Picture {
    let file = try MappedFile(path: path)
    return try file.withBytes { bytes throws(RuntimeError) in try read(bytes, of: "'\(path)'") }
  }

  /// Reads a PNG or JPEG picture in memory.
  ///
  /// - Parameter subject: what errors call the picture.
  package static func read(
    _ bytes: UnsafeRawBufferPointer, of subject: String
  ) throws(RuntimeError) -> Picture {
    switch PictureFormat(bytes) {
    case .png: return try readPNG(bytes, of: subject)
    case .jpeg: return try readJPEG(bytes, of: subject)
    case nil:
      throw RuntimeError(.invalid, "\(subject): expected a PNG or JPEG picture, found neither")
    }
  }

  /// Writes the picture as PNG, replacing the file as a whole or not at all.
  package func write(to path: String) throws(RuntimeError) {
    try AtomicFile.write(pngBytes(), to: path)
  }
}

#if PICTURES
  extension Picture {
    /// The picture as a PNG file.
    package func pngBytes() throws(RuntimeError) -> [UInt8] {
      var count = 0
      guard let start = planform_png_write(rgb, UInt32(width), UInt32(height), &count) else {
        throw RuntimeError(
          .cannotCreate, "a picture of \(width) x \(height) pixels cannot be encoded as PNG")
      }
      defer { free(start) }
      return Array(UnsafeBufferPointer(start: start, count: count))
    }

    private static func readPNG(
      _ bytes: UnsafeRawBufferPointer, of subject: String
    ) throws(RuntimeError) -> Picture {
      try checkPNGSize(bytes, of: subject)
      var png = planform_png()
      png.bytes = bytes.bindMemory(to: UInt8.self).baseAddress
      png.count = bytes.count
      guard planform_png_read(&png) == 1, let pixels = png.pixels else {
        throw RuntimeError(.invalid, "\(subject): broken PNG: \(text(of: png.message))")
      }
      defer { planform_png_release(&png) }
      let (width, height) = (Int(png.width), Int(png.height))
      let rgb = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
        for pixel in 0..<width * height {
          let opacity = Int(pixels[pixel * 4 + 3])
          for channel in 0..<3 {
            let value = Int(pixels[pixel * 4 + channel])
            target[pixel * 3 + channel] =
              UInt8((value * opacity + 255 * (255 - opacity) + 127) / 255)
          }
        }
        count = width * height * 3
      }
      return Picture(width: width, height: height, rgb: rgb)
    }

    /// Refuses sizes that are too large, and those that the file is too short to hold.
    private static func checkPNGSize(
      _ bytes: UnsafeRawBufferPointer, of subject: String
    ) throws(RuntimeError) {
      guard bytes.count >= 33 else {
        throw RuntimeError(.invalid, "\(subject): broken PNG: cut off")
      }
      let width = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)))
      let height = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)))
      guard width <= maximumSide, height <= maximumSide, width * height <= maximumPixels else {
        throw tooLarge(width, height, subject)
      }
      // Deflate shrinks at most 1032-fold, and a pixel takes at least one bit.
      guard width * height / 8 <= bytes.count * 1032 else {
        throw RuntimeError(
          .invalid,
          "\(subject): broken PNG: \(bytes.count) bytes cannot hold \(width) x \(height) pixels")
      }
    }

    private static func readJPEG(
      _ bytes: UnsafeRawBufferPointer, of subject: String
    ) throws(RuntimeError) -> Picture {
      var jpeg = planform_jpeg()
      jpeg.bytes = bytes.bindMemory(to: UInt8.self).baseAddress
      jpeg.count = bytes.count
      jpeg.maximum_side = UInt32(maximumSide)
      jpeg.maximum_pixels = maximumPixels
      guard planform_jpeg_read(&jpeg) == 1, let pixels = jpeg.pixels else {
        throw RuntimeError(.invalid, "\(subject): broken JPEG: \(text(of: jpeg.message))")
      }
      defer { planform_jpeg_release(&jpeg) }
      let (width, height) = (Int(jpeg.width), Int(jpeg.height))
      let rgb = Array(UnsafeBufferPointer(start: pixels, count: width * height * 3))
      return Picture(width: width, height: height, rgb: rgb)
    }

    private static func tooLarge(_ width: Int, _ height: Int, _ subject: String) -> RuntimeError {
      RuntimeError(
        .invalid,
        "\(subject): the picture is \(width) x \(height); expected at most \(maximumSide) a side "
          + "and \(maximumPixels) pixels")
    }

    /// The text in a C array of characters.
    private static func text<Characters>(of characters: Characters) -> String {
      withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
  }

  extension Picture {
    /// Fails in a build that cannot read and write pictures, saying what to do.
    package static func requireSupport() throws(RuntimeError) {}
  }
#else
  extension Picture {
    package static func requireSupport() throws(RuntimeError) { throw needsTrait }

    private static let needsTrait = RuntimeError(
      .unsupported,
      "this build cannot read or write pictures; build it with the package trait 'Pictures'")

    package func pngBytes() throws(RuntimeError) -> [UInt8] { throw Self.needsTrait }

    private static func readPNG(
      _ bytes: UnsafeRawBufferPointer, of subject: String
    ) throws(RuntimeError) -> Picture { throw needsTrait }

    private static func readJPEG(
      _ bytes: UnsafeRawBufferPointer, of subject: String
    ) throws(RuntimeError) -> Picture { throw needsTrait }
  }
#endif
