import Runtime

/// Caption embeddings of pictures that numbers name, as the text-to-image project stores COCO's.
///
/// A folder holds files in pairs, `*_tvs_*` with the vectors and `*_tv_image_id_*` with the picture that each vector
/// belongs to, both HDF5 with one dataset `tv`. A picture's number stands at the end of its file's name:
/// `COCO_train2014_000000000009.jpg` is number 9.
struct NumberedEmbeddings {
  /// The vectors of each picture, in the order of the files.
  private var vectors: [Int64: [ArraySlice<Float>]] = [:]
  private var dimension: Int?
  private let folder: String

  init(folder: String) throws(RuntimeError) {
    self.folder = folder
    let names = try Folder.names(in: folder)
    let files = names.filter { $0.contains("_tvs_") }
    guard !files.isEmpty else {
      throw RuntimeError(
        .missing,
        "'\(folder)': expected files '*_tvs_*' with vectors and '*_tv_image_id_*' with numbers, "
          + "found none")
    }
    for file in files {
      let numbers = file.replacing("_tvs_", with: "_tv_image_id_")
      try add(vectors: "\(folder)/\(file)", numbers: "\(folder)/\(numbers)")
    }
  }

  private mutating func add(vectors path: String, numbers: String) throws(RuntimeError) {
    let vectors = try HDF5File(path: path).tensor("tv")
    let pictures = try HDF5File(path: numbers).tensor("tv")
    guard case .float32(let values) = vectors.elements, case .int64(let ids) = pictures.elements,
      vectors.shape.count == 2, vectors.shape[0] == ids.count,
      vectors.shape[1] == dimension ?? vectors.shape[1]
    else {
      throw RuntimeError(
        .invalid,
        "'\(path)': expected one vector\(dimension.map { " of \($0) numbers" } ?? "") for each number "
          + "in '\(numbers)', found \(vectors.shape) and \(pictures.shape)")
    }
    let width = vectors.shape[1]
    dimension = width
    for (row, id) in ids.enumerated() {
      self.vectors[id, default: []].append(values[row * width..<(row + 1) * width])
    }
  }

  /// As many vectors of each picture as the one with the fewest has.
  func embeddings(of pictures: [String]) throws(RuntimeError) -> HostTensor {
    var found: [[ArraySlice<Float>]] = []
    for picture in pictures {
      guard let number = Self.number(of: picture), let vectors = vectors[number] else {
        throw RuntimeError(
          .missing,
          "'\(folder)': no vectors for the picture '\(picture)'; its number must end its file's name"
        )
      }
      found.append(vectors)
    }
    let each = found.map(\.count).min() ?? 0
    return HostTensor(
      shape: [pictures.count, each, dimension ?? 0],
      found.flatMap { $0.prefix(each).flatMap { $0 } })
  }

  /// The digits at the end of a file's name, its extension apart.
  static func number(of picture: String) -> Int64? {
    let stem = picture.lastIndex(of: ".").map { picture[..<$0] } ?? picture[...]
    return Int64(String(stem.reversed().prefix(while: \.isNumber).reversed()))
  }
}
