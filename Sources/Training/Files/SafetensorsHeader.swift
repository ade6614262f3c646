import Runtime

/// The table of contents of a safetensors file, checked against the file's size.
///
/// A file is a little-endian 64-bit header length, the header in JSON, and the tensors' bytes:
///
///     {"__metadata__": {"key": "value"}, "name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
///
/// The tensors must fill what follows the header exactly: no overlap, no hole, nothing left over.
struct SafetensorsHeader {
  /// As in the reference implementation.
  static let maximumLength = 100_000_000
  static let metadataKey = "__metadata__"

  private(set) var metadata: [String: String] = [:]
  /// In the order of the header.
  private(set) var names: [String] = []
  private(set) var tensors: [String: StoredTensor] = [:]

  init(_ bytes: UnsafeRawBufferPointer, of subject: String) throws(RuntimeError) {
    let length = try Self.length(bytes, subject)
    let text = UnsafeRawBufferPointer(rebasing: bytes[8..<8 + length])
    guard text.first == UInt8(ascii: "{") else {
      throw RuntimeError(.invalid, "\(subject): the header does not begin with '{'")
    }
    let json = try JSON.parse(text, of: "\(subject): header")
    for (name, value) in json.members ?? [] {
      if name == Self.metadataKey {
        metadata = try Self.metadata(value, subject)
      } else {
        names.append(name)
        tensors[name] = try Self.tensor(
          value, start: 8 + length, "\(subject): tensor '\(name)'")
      }
    }
    try checkCoverage(from: 8 + length, to: bytes.count, subject)
  }

  // MARK: Parts

  private static func length(
    _ bytes: UnsafeRawBufferPointer, _ subject: String
  ) throws(RuntimeError) -> Int {
    guard bytes.count >= 8 else {
      throw RuntimeError(
        .invalid, "\(subject): expected a safetensors file, found only \(bytes.count) bytes")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= maximumLength, Int(length) <= bytes.count - 8 else {
      throw RuntimeError(
        .invalid,
        "\(subject): the header claims \(length) bytes, but \(bytes.count - 8) follow "
          + "and at most \(maximumLength) are allowed; this is no safetensors file or it is cut off"
      )
    }
    return Int(length)
  }

  private static func metadata(
    _ json: JSON, _ subject: String
  ) throws(RuntimeError) -> [String: String] {
    var metadata: [String: String] = [:]
    guard let members = json.members else {
      throw RuntimeError(.invalid, "\(subject): the metadata is not an object")
    }
    for (key, value) in members {
      guard let text = value.string else {
        throw RuntimeError(.invalid, "\(subject): the metadata's '\(key)' is not a string")
      }
      metadata[key] = text
    }
    return metadata
  }

  private static func tensor(
    _ json: JSON, start: Int, _ subject: String
  ) throws(RuntimeError) -> StoredTensor {
    let expected: Set = ["dtype", "shape", "data_offsets"]
    guard let members = json.members, Set(members.map(\.key)) == expected else {
      throw RuntimeError(.invalid, "\(subject): expected exactly dtype, shape and data_offsets")
    }
    guard let name = json["dtype"]?.string, let element = StoredElement(rawValue: name) else {
      let known = StoredElement.allCases.map(\.rawValue).joined(separator: ", ")
      throw RuntimeError(.invalid, "\(subject): unknown dtype; expected one of \(known)")
    }
    guard let shape = json["shape"]?.sizes, let offsets = json["data_offsets"]?.sizes,
      offsets.count == 2, offsets[0] <= offsets[1]
    else {
      throw RuntimeError(
        .invalid, "\(subject): shape and data_offsets must be whole numbers from 0 up, in order")
    }
    let (end, overflow) = offsets[1].addingReportingOverflow(start)
    guard !overflow, let size = byteCount(shape, element), size == offsets[1] - offsets[0] else {
      throw RuntimeError(
        .invalid,
        "\(subject): \(element.rawValue) of shape \(shape) does not take the "
          + "\(offsets[1] - offsets[0]) bytes that it is given")
    }
    return StoredTensor(element: element, shape: shape, range: offsets[0] + start..<end)
  }

  /// Bytes of a tensor; nil if they cannot be counted.
  private static func byteCount(_ shape: [Int], _ element: StoredElement) -> Int? {
    var size = element.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      size = product
    }
    return size
  }

  private func checkCoverage(
    from start: Int, to end: Int, _ subject: String
  ) throws(RuntimeError) {
    var position = start
    let ordered = tensors.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound)
        < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    for (name, tensor) in ordered {
      let begin = tensor.range.lowerBound
      guard begin == position else {
        throw RuntimeError(
          .invalid,
          "\(subject): tensor '\(name)' \(begin < position ? "overlaps" : "leaves a hole after") "
            + "the one before it (starts at byte \(begin), expected \(position))")
      }
      position = tensor.range.upperBound
    }
    guard position == end else {
      throw RuntimeError(
        .invalid, "\(subject): the tensors end at byte \(position), but the file at \(end)")
    }
  }
}

extension JSON {
  /// An array of whole numbers from 0 up; nil if it is anything else.
  fileprivate var sizes: [Int]? {
    guard let elements else { return nil }
    let sizes = elements.compactMap(\.integer).filter { $0 >= 0 }
    return sizes.count == elements.count ? sizes : nil
  }
}
