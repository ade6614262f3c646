import ArgumentParser

/// An amount of memory on the command line: `2GiB`, `500MB`, `1048576`.
struct ByteCount: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = argument[digits.endIndex...].drop { $0 == " " }
    guard let value = Double(digits), let factor = Self.factors[unit.lowercased()] else {
      return nil
    }
    let bytes = value * factor
    guard bytes >= 1, bytes < 0x1p62 else { return nil }
    self.bytes = Int(bytes)
  }

  private static let factors: [String: Double] = [
    "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10, "mib": 0x1p20,
    "gib": 0x1p30, "tib": 0x1p40,
  ]
}
