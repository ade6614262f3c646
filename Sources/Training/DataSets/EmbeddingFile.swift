import Runtime

/// Reads embeddings that a user brings.
enum EmbeddingFile {
  /// One row a caption: `[pictures, captions, dimension]` numbers in the order of the pictures' paths, or
  /// `[pictures, dimension]` where there is one caption a picture.
  ///
  /// They stand in a `.npy` file; in the member `embeddings`, or the only one, of a `.npz` archive; in the tensor
  /// `embeddings` of a safetensors file; or in an HDF5 file, in one dataset a picture, named like its file, or in one
  /// dataset `embeddings` or `vectors` for all. A folder is read as `NumberedEmbeddings` says.
  static func read(path: String, pictures: [String]) throws(RuntimeError) -> HostTensor {
    if Folder.exists(path) {
      return try NumberedEmbeddings(folder: path).embeddings(of: pictures)
    }
    let tensor = try tensor(path, pictures)
    let shape =
      tensor.shape.count == 2 ? [tensor.shape[0], 1, tensor.shape[1]] : tensor.shape
    guard shape.count == 3, shape[0] == pictures.count else {
      throw RuntimeError(
        .invalid,
        "'\(path)': expected embeddings of shape [\(pictures.count), captions, dimension], "
          + "one row a caption, found \(tensor.shape)")
    }
    guard case .float32 = tensor.elements else {
      throw RuntimeError(.invalid, "'\(path)': expected fractions, found whole numbers")
    }
    return HostTensor(shape: shape, tensor.floats)
  }

  private static func tensor(
    _ path: String, _ pictures: [String]
  ) throws(RuntimeError) -> HostTensor {
    let file = try MappedFile(path: path)
    return try file.withBytes { bytes throws(RuntimeError) in
      if Pickle.isRecognized(bytes) { throw Pickle.refusal(of: path) }
      if HDF5File.isRecognized(bytes) { return try fromHDF5(path, pictures) }
      if bytes.starts(with: Array("PK".utf8)) { return try fromArchive(bytes, path) }
      if path.hasSuffix(".npy") { return try NumpyArray.read(bytes, of: "'\(path)'") }
      return try SafetensorsFile.read(path: path).tensor("embeddings")
    }
  }

  private static func fromArchive(
    _ bytes: UnsafeRawBufferPointer, _ path: String
  ) throws(RuntimeError) -> HostTensor {
    let archive = try ZipArchive(bytes, of: "'\(path)'")
    let name = archive.names.count == 1 ? archive.names[0] : "embeddings.npy"
    return try archive.withContents(of: name) { contents throws(RuntimeError) in
      try NumpyArray.read(contents, of: "'\(path)': '\(name)'")
    }
  }

  private static func fromHDF5(
    _ path: String, _ pictures: [String]
  ) throws(RuntimeError) -> HostTensor {
    let file = try HDF5File(path: path)
    for name in ["embeddings", "vectors"] where file.names.contains(name) {
      return try file.tensor(name)
    }
    let names = pictures.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    let tensors = try file.tensors(names)
    let shape = tensors.first?.shape ?? []
    var values: [Float] = []
    for (name, tensor) in zip(names, tensors) {
      guard case .float32(let numbers) = tensor.elements, tensor.shape.count == 2,
        tensor.shape == shape
      else {
        let expected = shape.count == 2 ? "\(shape)" : "[captions, dimension]"
        throw RuntimeError(
          .invalid,
          "'\(path)': expected '\(name)' as fractions of shape \(expected), found \(tensor.shape)")
      }
      values += numbers
    }
    return HostTensor(shape: [pictures.count] + shape, values)
  }
}

/// Python's format for objects, which runs code when it is read.
enum Pickle {
  /// Whether bytes begin as pickles of protocol 2 and later do.
  static func isRecognized(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 2 && bytes[0] == 0x80 && 2...5 ~= bytes[1]
  }

  static func hasName(_ path: String) -> Bool {
    [".pickle", ".pkl"].contains { path.lowercased().hasSuffix($0) }
  }

  static func refusal(of path: String) -> RuntimeError {
    RuntimeError(
      .unsupported,
      "'\(path)' is a Python pickle, which would run code when it is read; convert the folder that "
        + "holds it with 'python3 script/convert-pickles.py FOLDER -o DATA.safetensors'")
  }
}
