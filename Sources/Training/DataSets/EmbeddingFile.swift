import Runtime

/// Reads embeddings that a user brings.
enum EmbeddingFile {
  /// Reads `[pictures, captions, dimension]` numbers from a `.npy` file, or from the tensor `embeddings` of a
  /// safetensors file; `[pictures, dimension]` will do where there is one caption a picture.
  static func read(
    path: String, pictures: Int, captions: Int
  ) throws(RuntimeError) -> HostTensor {
    let tensor =
      path.hasSuffix(".npy")
      ? try NumpyArray.read(path: path)
      : try SafetensorsFile.read(path: path).tensor("embeddings")
    let shape =
      tensor.shape.count == 2 ? [tensor.shape[0], 1, tensor.shape[1]] : tensor.shape
    guard shape.count == 3, shape[0] == pictures, shape[1] == captions else {
      throw RuntimeError(
        .invalid,
        "'\(path)': expected embeddings of shape [\(pictures), \(captions), dimension], "
          + "one row a caption, found \(tensor.shape)")
    }
    return HostTensor(shape: shape, tensor.floats)
  }
}
