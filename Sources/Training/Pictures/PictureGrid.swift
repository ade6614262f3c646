/// Pictures side by side in one picture, each with its caption below.
package struct PictureGrid: Sendable {
  package var pictures: [Picture]
  /// By position; missing ones are empty.
  ///
  /// With no caption at all, no room is left for them.
  package var captions: [String]
  /// Pictures in a row; nil makes the grid about square.
  package var columns: Int?
  /// White pixels around every picture.
  package var padding = 6
  /// How many pixels a side small pictures should be shown at, at least; every pixel becomes a square.
  package var shownSide = 96
  /// Longer captions end in `...`.
  package var maximumLines = 3

  package init(_ pictures: [Picture], captions: [String] = [], columns: Int? = nil) {
    self.pictures = pictures
    self.captions = captions
    self.columns = columns
  }

  /// The grid as one picture on white; a grid of no pictures is one white pixel.
  package func drawn() -> Picture {
    guard let first = pictures.first, first.width > 0, first.height > 0 else {
      return Picture(width: 1, height: 1, colour: (255, 255, 255))
    }
    let scale = max(1, (shownSide + first.width - 1) / first.width)
    let cell = (width: first.width * scale, height: first.height * scale)
    let wrapped = pictures.indices.map { index in
      BitmapFont.lines(
        of: index < captions.count ? captions[index] : "", width: cell.width, maximum: maximumLines)
    }
    let textHeight = (wrapped.map(\.count).max() ?? 0) * BitmapFont.lineHeight
    let step = (
      x: cell.width + padding,
      y: cell.height + padding + (textHeight > 0 ? textHeight + 3 : 0)
    )
    let columns = max(1, columns ?? Int(Double(pictures.count).squareRoot().rounded(.up)))
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Picture(
      width: min(columns, pictures.count) * step.x + padding, height: rows * step.y + padding,
      colour: (255, 255, 255))
    for (index, picture) in pictures.enumerated() {
      let x = padding + index % columns * step.x
      let y = padding + index / columns * step.y
      sheet.draw(fitted(picture, to: cell, scale), x: x, y: y)
      for (line, text) in wrapped[index].enumerated() {
        let top = y + cell.height + 3 + line * BitmapFont.lineHeight
        sheet.draw(text, x: x, y: top, colour: (0, 0, 0))
      }
    }
    return sheet
  }

  private func fitted(
    _ picture: Picture, to cell: (width: Int, height: Int), _ scale: Int
  ) -> Picture {
    let enlarged = picture.enlarged(by: scale)
    guard (enlarged.width, enlarged.height) != cell else { return enlarged }
    return picture.resized(width: cell.width, height: cell.height)
  }
}
