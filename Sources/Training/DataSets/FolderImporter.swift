package import Runtime

/// Builds a data set from a folder of pictures.
///
/// Every PNG or JPEG file below the folder is taken, in the order of its path. The first folder on a picture's path
/// is its label. Captions are found as `CaptionFiles` says; without any, the label's name serves.
package struct FolderImporter: Sendable {
  /// How the folder is ordered.
  package enum Layout: String, Sendable, CaseIterable {
    /// Pictures anywhere below the folder.
    case plain
    /// CUB-200-2011: birds are cut out by their bounding boxes, and captions may lie in `text_c10`.
    case cub
  }

  /// What becomes of pictures that are not square.
  package enum Fit: String, Sendable, CaseIterable {
    /// The largest square in the middle is kept.
    case crop
    /// The picture is squeezed.
    case stretch
  }

  package var folder: String
  /// Side of the stored pictures in pixels.
  package var size: Int
  package var layout = Layout.plain
  package var fit = Fit.crop
  package var embeddingDimension = 256
  /// A table of captions or a folder of text files; nil looks into the pictures' folder.
  package var captions: String?
  /// A file or folder of embeddings, as `EmbeddingFile` says, instead of the built-in embedding.
  ///
  /// Where it has fewer a picture than there are captions, only so many captions are kept.
  package var embeddings: String?
  /// Called after each picture with how many are done, and how many there are.
  package var progress: @Sendable (Int, Int) -> Void = { _, _ in }

  package init(folder: String, size: Int) {
    self.folder = folder
    self.size = size
  }

  /// Reads the pictures and writes the data set.
  ///
  /// - Returns: how many pictures it holds.
  /// - Throws: one error that lists all pictures that cannot be used, each with its reason.
  package func write(to path: String) throws(RuntimeError) -> Int {
    guard 1...Picture.maximumSide ~= size, embeddingDimension > 0 else {
      throw RuntimeError(
        .invalid, "size and embedding dimension of a data set must be at least 1")
    }
    let source = try layout == .cub ? PictureFolder(cub: folder) : PictureFolder(plain: folder)
    let pictures = source.pictures
    let outline = try outline(pictures, below: source.root)
    let problems = Problems()
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      let picture = problems.collecting { () throws(RuntimeError) in
        try fitted(source.picture(pictures[index]))
      }
      progress(index + 1, pictures.count)
      // All pictures are looked at before the first complaint, so that one run lists every broken file.
      if index == pictures.count - 1 {
        try problems.report("\(pictures.count) pictures below '\(folder)' cannot be read")
      }
      return picture ?? Picture(width: size, height: size, colour: (0, 0, 0))
    }
    return pictures.count
  }

  // MARK: Parts

  private func fitted(_ picture: Picture) -> Picture {
    // What is cut out by a bounding box is not cut again.
    let square = fit == .crop && layout == .plain ? picture.croppedToSquare() : picture
    return square.resized(width: size, height: size)
  }

  private func outline(
    _ pictures: [String], below root: String
  ) throws(RuntimeError) -> DataSetOutline {
    let folders = pictures.map { $0.contains("/") ? String($0.prefix { $0 != "/" }) : "" }
    let classes = folders.removingDuplicates()
    let hasLabels = classes != [""]
    let (captions, areNames) = try captions(pictures, folders, below: root)
    var outline = DataSetOutline(
      imageSize: (size, size), captions: captions,
      embeddingDimension: embeddings == nil ? embeddingDimension : 1,
      labels: hasLabels
        ? folders.map { folder in Int64(classes.firstIndex(of: folder) ?? 0) } : nil,
      classes: hasLabels ? classes : [])
    guard let embeddings else { return outline }
    outline.embeddings = try EmbeddingFile.read(path: embeddings, pictures: pictures)
    outline.embedding = "from '\(embeddings)'"
    let (count, each) = (outline.captions[0].count, outline.embeddings.shape[1])
    guard each <= count || areNames else {
      throw RuntimeError(
        .invalid,
        "'\(embeddings)' has \(each) embeddings a picture, and the pictures have \(count) "
          + "\(count == 1 ? "caption" : "captions")")
    }
    outline.captions = outline.captions.map { texts in
      (0..<each).map { texts[$0 % texts.count] }
    }
    return outline
  }

  /// Each picture's captions, and whether they are but the folders' names.
  private func captions(
    _ pictures: [String], _ folders: [String], below root: String
  ) throws(RuntimeError) -> ([[String]], areNames: Bool) {
    let usual = layout == .cub && Folder.exists("\(folder)/text_c10") ? "\(folder)/text_c10" : nil
    let files = try CaptionFiles(pictures: root, captions: captions ?? usual)
    let problems = Problems()
    let found = pictures.map { picture in
      problems.collecting { () throws(RuntimeError) in try files.captions(of: picture) } ?? []
    }
    try problems.report("\(pictures.count) captions below '\(folder)' cannot be read")
    let isLabelled = folders.allSatisfy { !$0.isEmpty }
    if captions == nil, isLabelled, found.allSatisfy(\.isEmpty) {
      return (folders.map { [TextEmbedding.words($0).joined(separator: " ")] }, true)
    }
    for (picture, texts) in zip(pictures, found) where texts.isEmpty {
      problems.add("'\(picture)' has no caption")
    }
    try problems.report(
      "\(pictures.count) pictures lack captions; write them into NAME.txt beside the picture, "
        + "or into captions.tsv")
    return (found, false)
  }
}

/// Reasons why files cannot be used, gathered to be told together.
private final class Problems {
  private static let shown = 20
  private var reasons: [String] = []

  func add(_ reason: String) { reasons.append(reason) }

  func collecting<Result>(_ body: () throws(RuntimeError) -> Result) -> Result? {
    do throws(RuntimeError) {
      return try body()
    } catch {
      add(error.description)
      return nil
    }
  }

  /// Throws if there is any reason to.
  ///
  /// - Parameter total: what the reasons are about, following `N of`.
  func report(_ total: String) throws(RuntimeError) {
    guard !reasons.isEmpty else { return }
    let more = reasons.count - Self.shown
    let lines = reasons.prefix(Self.shown) + (more > 0 ? ["and \(more) more"] : [])
    throw RuntimeError(
      .invalid, "\(reasons.count) of \(total):\n  " + lines.joined(separator: "\n  "))
  }
}
