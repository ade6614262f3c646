import Runtime

/// Reads `.npy` files of floating-point numbers.
///
/// Only the plain array format is read. Archives with pickled objects run code when they are opened, so they are
/// refused by the magic number alone.
enum NumpyArray {
  static func read(path: String) throws(RuntimeError) -> HostTensor {
    let file = try MappedFile(path: path)
    return try file.withBytes { bytes throws(RuntimeError) in try read(bytes, of: "'\(path)'") }
  }

  static func read(
    _ bytes: UnsafeRawBufferPointer, of subject: String
  ) throws(RuntimeError) -> HostTensor {
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw RuntimeError(.invalid, "\(subject): expected a .npy file, found another format")
    }
    // Version 1 has a 16-bit header length, later versions 32 bits.
    let isFirstVersion = bytes[6] == 1
    let length =
      isFirstVersion
      ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
      : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
    let start = isFirstVersion ? 10 : 12
    guard length <= bytes.count - start else {
      throw RuntimeError(.invalid, "\(subject): the header is cut off")
    }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let element = try element(header, subject)
    let shape = try shape(header, subject)
    let data = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
    var size = element.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      size = overflow ? -1 : product
      guard size >= 0, !overflow else { break }
    }
    guard size == data.count else {
      throw RuntimeError(
        .invalid,
        "\(subject): shape \(shape) does not match the \(data.count) bytes that follow the header")
    }
    let tensor = StoredTensor(element: element, shape: shape, range: 0..<data.count)
    return HostTensor(shape: shape, tensor.floats(in: data) ?? [])
  }

  private static func element(
    _ header: String, _ subject: String
  ) throws(RuntimeError) -> StoredElement {
    let types: [String: StoredElement] = ["<f4": .float32, "<f8": .float64, "<f2": .float16]
    guard let text = value("descr", header), let element = types[text.filter { $0 != "'" }] else {
      throw RuntimeError(
        .unsupported,
        "\(subject): expected float32 numbers; convert with array.astype('<f4') before saving")
    }
    guard value("fortran_order", header) == "False" else {
      throw RuntimeError(
        .unsupported,
        "\(subject): expected row-major order; convert with numpy.ascontiguousarray before saving")
    }
    return element
  }

  private static func shape(_ header: String, _ subject: String) throws(RuntimeError) -> [Int] {
    guard let open = header.firstIndex(of: "("), let close = header[open...].firstIndex(of: ")")
    else { throw RuntimeError(.invalid, "\(subject): the header has no shape") }
    var shape: [Int] = []
    for part in header[header.index(after: open)..<close].split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let extent = Int(digits), extent >= 0 else {
        throw RuntimeError(.invalid, "\(subject): the header's shape is malformed")
      }
      shape.append(extent)
    }
    return shape
  }

  /// The text between `'key':` and the next comma.
  private static func value(_ key: String, _ header: String) -> String? {
    guard let range = header.firstRange(of: "'\(key)':") else { return nil }
    return String(header[range.upperBound...].prefix { $0 != "," }).filter { $0 != " " }
  }
}
