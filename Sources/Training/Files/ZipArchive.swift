import Runtime

/// The members of a zip archive, as `numpy.savez` writes them: stored, or compressed by deflate.
struct ZipArchive {
  /// Where a member lies.
  private struct Member {
    var method: UInt16
    var compressedSize: Int
    var size: Int
    var headerOffset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private let subject: String
  private var members: [String: Member] = [:]
  /// In the order of the archive's directory.
  private(set) var names: [String] = []

  /// Reads the directory at the archive's end.
  ///
  /// - Parameter bytes: the whole file, which must outlive the archive.
  init(_ bytes: UnsafeRawBufferPointer, of subject: String) throws(RuntimeError) {
    self.bytes = bytes
    self.subject = subject
    let end = try Self.directoryEnd(bytes, subject)
    var position = try number(UInt32.self, at: end + 16)
    for _ in 0..<(try number(UInt16.self, at: end + 10)) {
      guard try number(UInt32.self, at: position) == 0x0201_4B50 else { throw broken }
      let nameLength = try number(UInt16.self, at: position + 28)
      let rest = try number(UInt16.self, at: position + 30) + number(UInt16.self, at: position + 32)
      let member = Member(
        method: UInt16(try number(UInt16.self, at: position + 10)),
        compressedSize: try number(UInt32.self, at: position + 20),
        size: try number(UInt32.self, at: position + 24),
        headerOffset: try number(UInt32.self, at: position + 42))
      let name = String(
        decoding: try part(from: position + 46, count: nameLength), as: UTF8.self)
      if members.updateValue(member, forKey: name) == nil { names.append(name) }
      position += 46 + nameLength + rest
    }
  }

  /// Calls `body` with the contents of a member, expanded if need be.
  func withContents<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws(RuntimeError) -> Result
  ) throws(RuntimeError) -> Result {
    guard let member = members[name] else {
      throw RuntimeError(.missing, "\(subject): the archive has no member '\(name)'")
    }
    guard member.size < UInt32.max, member.compressedSize < UInt32.max else {
      throw RuntimeError(
        .unsupported, "\(subject): '\(name)' takes 4 GiB or more; save it as a .npy file")
    }
    guard try number(UInt32.self, at: member.headerOffset) == 0x0403_4B50 else { throw broken }
    let start =
      member.headerOffset + 30 + (try number(UInt16.self, at: member.headerOffset + 26))
      + (try number(UInt16.self, at: member.headerOffset + 28))
    let stored = try part(from: start, count: member.compressedSize)
    switch member.method {
    case 0: return try body(stored)
    case 8:
      let expanded = try Inflation.raw(stored, to: member.size, of: "\(subject): '\(name)'")
      do {
        return try expanded.withUnsafeBytes { try body($0) }
      } catch let error as RuntimeError {
        throw error
      } catch {
        throw broken
      }
    default:
      throw RuntimeError(
        .unsupported, "\(subject): '\(name)' is compressed by a method other than deflate")
    }
  }

  // MARK: Parts

  private var broken: RuntimeError {
    RuntimeError(.invalid, "\(subject): the zip archive is broken")
  }

  /// The directory's end record, which a comment of at most 64 KiB may follow.
  private static func directoryEnd(
    _ bytes: UnsafeRawBufferPointer, _ subject: String
  ) throws(RuntimeError) -> Int {
    let last = bytes.count - 22
    for position in stride(from: last, through: max(0, last - 65_535), by: -1)
    where bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self).littleEndian
      == 0x0605_4B50
    {
      return position
    }
    throw RuntimeError(.invalid, "\(subject): expected a zip archive, found another format")
  }

  private func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, at position: Int
  ) throws(RuntimeError) -> Int {
    let field = try part(from: position, count: MemoryLayout<Number>.size)
    return Int(Number(littleEndian: field.loadUnaligned(as: Number.self)))
  }

  private func part(
    from start: Int, count: Int
  ) throws(RuntimeError) -> UnsafeRawBufferPointer {
    guard start >= 0, start <= bytes.count, count <= bytes.count - start else { throw broken }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
  }
}
