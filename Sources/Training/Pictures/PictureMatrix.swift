/// Pictures in rows and columns, with what each row and column stands for at the left and on top.
///
/// The corner, and all else that is empty, is white.
package struct PictureMatrix: Sendable {
  /// What a row or a column stands for; it may be empty.
  package struct Header: Sendable, Hashable {
    package var caption: String
    package var pictures: [Picture]

    package init(caption: String = "", pictures: [Picture] = []) {
      self.caption = caption
      self.pictures = pictures
    }
  }

  package var pictures: [Picture]
  package var columns: Int
  package var rowHeaders: [Header] = []
  package var columnHeaders: [Header] = []
  /// White pixels between pictures.
  package var padding = 4
  /// How many pixels a side small pictures should be shown at, at least; every pixel becomes a square.
  package var shownSide = 96

  package init(_ pictures: [Picture], columns: Int) {
    self.pictures = pictures
    self.columns = columns
  }

  /// The matrix as one picture; one of no pictures is one white pixel.
  package func drawn() -> Picture {
    guard let first = pictures.first, first.width > 0, first.height > 0, columns > 0 else {
      return Picture(width: 1, height: 1, colour: (255, 255, 255))
    }
    let place = Placement(self, of: first)
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Picture(
      width: place.left + columns * place.step.x, height: place.top + rows * place.step.y,
      colour: (255, 255, 255))
    for (position, picture) in pictures.enumerated() {
      sheet.draw(
        picture.enlarged(by: place.scale), x: place.left + position % columns * place.step.x,
        y: place.top + position / columns * place.step.y)
    }
    for (column, header) in columnHeaders.enumerated() {
      let block = place.block(header)
      sheet.draw(
        block, x: place.left + column * place.step.x, y: place.top - padding - block.height)
    }
    for (row, header) in rowHeaders.enumerated() {
      sheet.draw(place.block(header), x: padding, y: place.top + row * place.step.y)
    }
    return sheet
  }

  /// Where things are: the first cell's corner, and the way from a cell to the next.
  private struct Placement {
    let scale: Int
    let cell: (width: Int, height: Int)
    let step: (x: Int, y: Int)
    let left: Int
    let top: Int

    init(_ matrix: PictureMatrix, of first: Picture) {
      let padding = matrix.padding
      scale = max(1, (matrix.shownSide + first.width - 1) / first.width)
      cell = (first.width * scale, first.height * scale)
      let width = cell.width
      let heights = matrix.rowHeaders.map { Self.height($0, width: width) }
      step = (cell.width + padding, max(cell.height, heights.max() ?? 0) + padding)
      let hasRows = matrix.rowHeaders.contains { $0 != Header() }
      left = hasRows ? cell.width + 2 * padding : padding
      let tops = matrix.columnHeaders.map { Self.height($0, width: width) }
      top = (tops.max() ?? 0) + ((tops.max() ?? 0) > 0 ? 2 * padding : padding)
    }

    /// A header's pictures, fitted into the width of a cell, and its caption below them.
    func block(_ header: Header) -> Picture {
      let height = Self.height(header, width: cell.width)
      var block = Picture(
        width: cell.width, height: max(1, height), colour: (255, 255, 255))
      var y = 0
      for picture in header.pictures {
        block.draw(Self.fitted(picture, width: cell.width), x: 0, y: y)
        y += Self.fittedHeight(picture, width: cell.width) + 2
      }
      for line in Self.lines(header, width: cell.width) {
        block.draw(line, x: 0, y: y, colour: (0, 0, 0))
        y += BitmapFont.lineHeight
      }
      return block
    }

    private static func lines(_ header: Header, width: Int) -> [String] {
      BitmapFont.lines(of: header.caption, width: width, maximum: 6)
    }

    private static func height(_ header: Header, width: Int) -> Int {
      header.pictures.reduce(0) { $0 + fittedHeight($1, width: width) + 2 }
        + lines(header, width: width).count * BitmapFont.lineHeight
    }

    private static func fittedHeight(_ picture: Picture, width: Int) -> Int {
      max(1, picture.height * width / max(1, picture.width))
    }

    /// Enlarged by a whole number where that fits, or resized.
    private static func fitted(_ picture: Picture, width: Int) -> Picture {
      width.isMultiple(of: picture.width)
        ? picture.enlarged(by: width / picture.width)
        : picture.resized(width: width, height: fittedHeight(picture, width: width))
    }
  }
}
