package import Runtime

extension DrawnSheet {
  /// The whole sheet as one picture.
  ///
  /// A list shows each item's given pictures, what was drawn, and the data set's picture of a caption; a sheet of rows
  /// and columns shows what was given at the left and on top.
  ///
  /// - Parameter real: the data set's picture at a position, at the size of the drawn ones.
  /// - Throws: `.invalid` if the sheet would have more pixels than a picture may have.
  package func picture(
    real: (Int) throws(RuntimeError) -> Picture? = { _ in nil }
  ) throws(RuntimeError) -> Picture {
    try checkSize()
    return sheet.isList ? try list(real: real) : matrix()
  }

  private func list(
    real: (Int) throws(RuntimeError) -> Picture?
  ) throws(RuntimeError) -> Picture {
    var shown: [Picture] = []
    var captions: [String] = []
    for (row, header) in sheet.rows.enumerated() {
      let drawn = pictures[row * sheet.count..<(row + 1) * sheet.count]
      shown += header.pictures.map { $0.fitted(like: pictures[0]) } + drawn
      captions += header.pictures.map { _ in "(given)" } + drawn.map { _ in header.caption }
      if header.pictures.isEmpty, let index = header.dataIndex, let real = try real(index) {
        shown.append(real.fitted(like: pictures[0]))
        captions.append("(real)")
      }
    }
    let group = shown.count / max(1, sheet.rows.count)
    var grid = PictureGrid(shown, captions: captions)
    if group > sheet.count {
      grid.columns = max(1, 8 / group) * group
    } else if sheet.count > 1 {
      grid.columns = sheet.count
    }
    return grid.drawn()
  }

  private func matrix() -> Picture {
    var matrix = PictureMatrix(pictures, columns: sheet.columns.count * sheet.count)
    // The lines between the outputs of one cell are narrower than those between cells.
    if outputs.count > 1 { matrix.padding *= 3 }
    matrix.rowHeaders = sheet.rows.map { .init(caption: $0.caption, pictures: $0.pictures) }
    matrix.columnHeaders = sheet.columns.flatMap { header -> [PictureMatrix.Header] in
      let repeated = (1..<sheet.count + 1).map { $0 == 1 ? header : .init() }
      return repeated.map { .init(caption: $0.caption, pictures: $0.pictures) }
    }
    return matrix.drawn()
  }

  private func checkSize() throws(RuntimeError) {
    let headers = sheet.rows.count + sheet.columns.count
    let pixels = pictures.reduce(0) { $0 + $1.width * $1.height }
    guard pixels + headers * (pixels / max(1, pictures.count)) <= Picture.maximumPixels else {
      throw RuntimeError(
        .invalid,
        "a sheet of \(pictures.count) such pictures has \(pixels) pixels, more than the "
          + "\(Picture.maximumPixels) of the largest picture; draw fewer, or write them apart by --frames"
      )
    }
  }
}

extension Picture {
  /// The picture as wide as another, on top of as much white as makes it as high.
  fileprivate func fitted(like other: Picture) -> Picture {
    let height = self.height * other.width / width
    let wide =
      other.width.isMultiple(of: width)
      ? enlarged(by: other.width / width) : resized(width: other.width, height: max(1, height))
    guard wide.height < other.height else { return wide }
    var padded = Picture(width: other.width, height: other.height, colour: (255, 255, 255))
    padded.draw(wide, x: 0, y: 0)
    return padded
  }
}
