/// PNG files of every kind, made without libpng, so that reading is tested against an independent writer.
struct EncodedPNG {
  var width: Int
  var height: Int
  var bitDepth: UInt8
  var colourType: UInt8
  /// The bytes of one row after the other, without filter bytes.
  var rows: [[UInt8]]
  var palette: [UInt8] = []
  var transparency: [UInt8] = []

  var bytes: [UInt8] {
    var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    png += chunk("IHDR", big(width) + big(height) + [bitDepth, colourType, 0, 0, 0])
    if !palette.isEmpty { png += chunk("PLTE", palette) }
    if !transparency.isEmpty { png += chunk("tRNS", transparency) }
    png += chunk("IDAT", stored(rows.flatMap { [0] + $0 }))
    return png + chunk("IEND", [])
  }

  private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return big(data.count) + body + big(Int(checksum(body)))
  }

  /// A zlib stream of one uncompressed block.
  private func stored(_ data: [UInt8]) -> [UInt8] {
    let size = UInt16(data.count)
    var (a, b) = (1, 0)
    for byte in data {
      a = (a + Int(byte)) % 65521
      b = (b + a) % 65521
    }
    return [0x78, 0x01, 0x01, UInt8(size & 0xFF), UInt8(size >> 8)]
      + [UInt8(~size & 0xFF), UInt8(~size >> 8)] + data + big(b << 16 | a)
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }

  private func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
