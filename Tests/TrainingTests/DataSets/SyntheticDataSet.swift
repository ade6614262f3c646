import Runtime

@testable import Training

/// A data set of small pictures whose every pixel tells which picture and place it is from.
///
/// Pixel `x`, `y` of picture `i` is `(i, x, y)`; caption `c` of picture `i` is embedded as `i + c / 10` everywhere.
func syntheticDataSet(
  in folder: TemporaryFolder, count: Int = 10, side: Int = 8, captions: Int = 2,
  dimension: Int = 4
) throws -> DataSet {
  let path = folder.file("data.safetensors")
  let vectors = (0..<count).flatMap { index in
    (0..<captions).flatMap { caption in
      Array(repeating: Float(index) + Float(caption) / 10, count: dimension)
    }
  }
  let outline = DataSetOutline(
    imageSize: (side, side),
    captions: (0..<count).map { index in (0..<captions).map { "picture \(index) caption \($0)" } },
    embeddings: HostTensor(shape: [count, captions, dimension], vectors), embedding: "synthetic",
    labels: (0..<count).map { Int64($0 % 3) }, classes: ["a", "b", "c"])
  try DataSet.write(outline, to: path) { index throws(RuntimeError) in
    Picture(
      width: side, height: side,
      rgb: (0..<side).flatMap { y in
        (0..<side).flatMap { x in [UInt8(index), UInt8(x), UInt8(y)] }
      })
  }
  return try DataSet.open(path: path)
}
