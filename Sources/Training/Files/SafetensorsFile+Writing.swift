package import Runtime

/// A tensor about to be written to a file.
package struct TensorToWrite {
  package var name: String
  package var element: StoredElement
  package var shape: [Int]
  /// Produces the bytes in one go or in parts, so that a data set need not fit into memory.
  package var write: (borrowing AtomicFile.Writer) throws(RuntimeError) -> Void

  package init(
    name: String, element: StoredElement, shape: [Int],
    write: @escaping (borrowing AtomicFile.Writer) throws(RuntimeError) -> Void
  ) {
    self.name = name
    self.element = element
    self.shape = shape
    self.write = write
  }

  package init(_ name: String, _ tensor: HostTensor) {
    let element: StoredElement =
      switch tensor.elements {
      case .float32: .float32
      case .int64: .int64
      }
    self.init(name: name, element: element, shape: tensor.shape) { writer throws(RuntimeError) in
      switch tensor.elements {
      case .float32(let values): try writer.write(values)
      case .int64(let values): try writer.write(values)
      }
    }
  }

  fileprivate var byteCount: Int { shape.reduce(element.size, *) }
}

extension SafetensorsFile {
  /// Writes tensors as F32 or I64, replacing the file as a whole or not at all.
  package static func write(
    _ tensors: [(String, HostTensor)], metadata: [String: String] = [:], to path: String
  ) throws(RuntimeError) {
    try write(tensors.map { TensorToWrite($0, $1) }, metadata: metadata, to: path)
  }

  /// Writes tensors of any type, each producing its own bytes.
  ///
  /// Wider types come first, so that every tensor is aligned to its element's size.
  package static func write(
    _ tensors: [TensorToWrite], metadata: [String: String], to path: String
  ) throws(RuntimeError) {
    let widths = Set(tensors.map(\.element.size)).sorted(by: >)
    let ordered = widths.flatMap { width in tensors.filter { $0.element.size == width } }
    let header = try header(ordered, metadata, path)
    try AtomicFile.write(to: path) { writer throws(RuntimeError) in
      try writer.write(header)
      for tensor in ordered { try tensor.write(writer) }
    }
  }

  private static func header(
    _ tensors: [TensorToWrite], _ metadata: [String: String], _ path: String
  ) throws(RuntimeError) -> [UInt8] {
    var members: [(key: String, value: JSON)] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
      members.append(
        (SafetensorsHeader.metadataKey, .object(pairs.map { ($0.key, .string($0.value)) })))
    }
    var position = 0
    var seen: Set = [SafetensorsHeader.metadataKey]
    for tensor in tensors {
      guard seen.insert(tensor.name).inserted else {
        throw RuntimeError(.invalid, "cannot write '\(path)': two tensors named '\(tensor.name)'")
      }
      let end = position + tensor.byteCount
      let description: [(key: String, value: JSON)] = [
        ("dtype", .string(tensor.element.rawValue)),
        ("shape", .array(tensor.shape.map(JSON.integer))),
        ("data_offsets", .array([.integer(position), .integer(end)])),
      ]
      members.append((tensor.name, .object(description)))
      position = end
    }
    var text = Array(JSON.object(members).text.utf8)
    // Padded with spaces, so that the tensors start at a multiple of eight bytes.
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    guard text.count <= SafetensorsHeader.maximumLength else {
      throw RuntimeError(
        .invalid,
        "cannot write '\(path)': names and metadata take \(text.count) bytes, "
          + "and readers accept \(SafetensorsHeader.maximumLength)")
    }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }
}
