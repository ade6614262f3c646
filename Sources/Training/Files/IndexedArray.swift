import Runtime

/// An array of bytes in the IDX format of MNIST: a magic number with the rank, the extents, the bytes.
struct IndexedArray: Sendable {
  let shape: [Int]
  let bytes: ArraySlice<UInt8>

  /// Reads a file that gzip has compressed.
  init(path: String, rank: Int) throws(RuntimeError) {
    let expanded = try MappedFile(path: path).withBytes { bytes throws(RuntimeError) in
      try Inflation.gzip(bytes, of: "'\(path)'")
    }
    try self.init(expanded, rank: rank, of: "'\(path)'")
  }

  init(_ bytes: [UInt8], rank: Int, of subject: String) throws(RuntimeError) {
    let start = 4 + 4 * rank
    // Zero, zero, eight for unsigned bytes, the rank.
    guard bytes.count >= start, bytes.starts(with: [0, 0, 8, UInt8(rank)]) else {
      throw RuntimeError(
        .invalid, "\(subject): expected an IDX file of bytes with \(rank) axes, found another")
    }
    shape = (0..<rank).map { axis in
      bytes[4 + 4 * axis..<8 + 4 * axis].reduce(0) { $0 << 8 | Int($1) }
    }
    self.bytes = bytes[start...]
    // Four extents below 2^32 may overflow a product, so that each is divided out instead.
    var rest = self.bytes.count
    for extent in shape {
      guard extent > 0, rest % extent == 0 else {
        throw RuntimeError(
          .invalid, "\(subject): shape \(shape) does not match the \(self.bytes.count) bytes")
      }
      rest /= extent
    }
    guard rest == 1 else {
      throw RuntimeError(
        .invalid, "\(subject): shape \(shape) does not match the \(self.bytes.count) bytes")
    }
  }
}
