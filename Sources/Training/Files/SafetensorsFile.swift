package import Runtime

/// Named tensors in a file of the safetensors format, which PyTorch users read and write too.
///
/// A file is mapped, not read: a tensor's bytes are touched when it is asked for.
package struct SafetensorsFile: Sendable {
  package let metadata: [String: String]
  /// The tensors' names in the order of the file's header.
  package let names: [String]
  private let tensors: [String: StoredTensor]
  private let file: MappedFile
  /// What errors call the file.
  private let subject: String

  /// Opens a file and checks all of its header.
  package static func read(path: String) throws(RuntimeError) -> SafetensorsFile {
    try SafetensorsFile(MappedFile(path: path), subject: "'\(path)'")
  }

  package static func read(bytes: [UInt8]) throws(RuntimeError) -> SafetensorsFile {
    try SafetensorsFile(MappedFile(copying: bytes), subject: "safetensors")
  }

  private init(_ file: MappedFile, subject: String) throws(RuntimeError) {
    let header = try file.withBytes { bytes throws(RuntimeError) in
      try SafetensorsHeader(bytes, of: subject)
    }
    metadata = header.metadata
    names = header.names
    tensors = header.tensors
    self.file = file
    self.subject = subject
  }

  package func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// The type, shape and place of a tensor, without reading it.
  package func stored(_ name: String) throws(RuntimeError) -> StoredTensor {
    guard let tensor = tensors[name] else {
      let some = names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", ..." : "")
      throw RuntimeError(
        .missing, "\(subject): no tensor '\(name)'; the file holds \(names.count): \(some)")
    }
    return tensor
  }

  package func shape(of name: String) throws(RuntimeError) -> [Int] { try stored(name).shape }

  /// A tensor, converted: F64, F32, F16 and BF16 to float32; I64, I32 and U8 to int64.
  package func tensor(_ name: String) throws(RuntimeError) -> HostTensor {
    let tensor = try stored(name)
    return try file.withBytes { bytes throws(RuntimeError) in
      if let values = tensor.floats(in: bytes) { return HostTensor(shape: tensor.shape, values) }
      if let values = tensor.integers(in: bytes) { return HostTensor(shape: tensor.shape, values) }
      throw RuntimeError(
        .unsupported,
        "\(subject): tensor '\(name)' is \(tensor.element.rawValue); "
          + "convert it to F32 (or I64, U8 for whole numbers)")
    }
  }

  /// Calls `body` with a tensor's bytes as they lie in the file, which must not be kept.
  package func withBytes<Result>(
    of tensor: StoredTensor, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    file.withBytes { body(UnsafeRawBufferPointer(rebasing: $0[tensor.range])) }
  }
}
