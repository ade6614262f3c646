import Runtime

#if PICTURES
  import CZLIB
#endif

/// Expands what was compressed by the deflate method.
enum Inflation {
  /// Larger results are refused, since a few kilobytes can claim any size.
  static let maximumSize = 1 << 30

  /// Expands a gzip file of one member, whose last four bytes tell its size.
  static func gzip(
    _ bytes: UnsafeRawBufferPointer, of subject: String
  ) throws(RuntimeError) -> [UInt8] {
    guard bytes.starts(with: [0x1F, 0x8B]), bytes.count >= 18 else {
      throw RuntimeError(.invalid, "\(subject): expected a gzip file, found another format")
    }
    let size = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
    return try expand(bytes, isGzip: true, to: Int(UInt32(littleEndian: size)), of: subject)
  }

  /// Expands a stream without header, as a zip archive holds it.
  static func raw(
    _ bytes: UnsafeRawBufferPointer, to size: Int, of subject: String
  ) throws(RuntimeError) -> [UInt8] {
    try expand(bytes, isGzip: false, to: size, of: subject)
  }

  private static func expand(
    _ bytes: UnsafeRawBufferPointer, isGzip: Bool, to size: Int, of subject: String
  ) throws(RuntimeError) -> [UInt8] {
    // Deflate shrinks at most 1032-fold.
    guard size >= 0, size <= maximumSize, size / 1032 <= bytes.count else {
      throw RuntimeError(
        .invalid, "\(subject): \(bytes.count) compressed bytes cannot hold \(size)")
    }
    #if PICTURES
      let format = isGzip ? planform_gzip : planform_raw_deflate
      var isWhole = false
      let expanded = [UInt8](unsafeUninitializedCapacity: size) { target, count in
        let source = bytes.bindMemory(to: UInt8.self).baseAddress
        isWhole =
          planform_inflate(source, bytes.count, Int32(format), target.baseAddress, size)
          == 1
        count = isWhole ? size : 0
      }
      guard isWhole else {
        throw RuntimeError(.invalid, "\(subject): the compressed data is broken")
      }
      return expanded
    #else
      throw RuntimeError(
        .unsupported,
        "\(subject): this build cannot read compressed files; build it with the package trait "
          + "'Pictures'")
    #endif
  }
}
