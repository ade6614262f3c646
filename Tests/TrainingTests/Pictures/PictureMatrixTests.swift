import Testing
import Training

@Suite struct PictureMatrixTests {
  private let black = Picture(width: 2, height: 2, colour: (0, 0, 0))
  private let red = Picture(width: 1, height: 1, colour: (255, 0, 0))

  private func isWhite(_ pixel: (red: UInt8, green: UInt8, blue: UInt8)) -> Bool {
    pixel == (255, 255, 255)
  }

  @Test func `pictures stand on top and at the left, and the corner is white`() {
    var matrix = PictureMatrix([black, black, black, black], columns: 2)
    matrix.shownSide = 2
    matrix.rowHeaders = [.init(pictures: [red]), .init(pictures: [red])]
    matrix.columnHeaders = [.init(pictures: [red]), .init(pictures: [red])]
    let sheet = matrix.drawn()
    // 4 pixels of border, 2 of header, 4 of gap, then cells of 2 pixels every 6; headers end 2 pixels below.
    #expect(sheet.width == 10 + 2 * 6)
    #expect((0..<4).flatMap { y in (0..<10).map { x in sheet[x, y] } }.allSatisfy(isWhite))
    let top = sheet.height - 2 * 8
    #expect(sheet[10, top] == (0, 0, 0))
    #expect(sheet[4, top] == (255, 0, 0))
    #expect(sheet[10, 4] == (255, 0, 0))
    #expect(isWhite(sheet[4, 4]))
  }

  @Test func `without headers no room is left for them`() {
    var matrix = PictureMatrix([black, black], columns: 2)
    matrix.shownSide = 2
    let sheet = matrix.drawn()
    #expect((sheet.width, sheet.height) == (4 + 2 * 6, 4 + 6))
  }

  @Test func `captions of columns stand above their cells`() {
    var matrix = PictureMatrix([black], columns: 1)
    matrix.shownSide = 20
    matrix.columnHeaders = [.init(caption: "T")]
    let sheet = matrix.drawn()
    // The bar of the letter.
    #expect((0..<5).allSatisfy { sheet[4 + $0, 4] == (0, 0, 0) })
    #expect(sheet.height == 4 + 10 + 4 + 20 + 4)
  }

  @Test func `a matrix of nothing is one white pixel`() {
    #expect(
      PictureMatrix([], columns: 3).drawn()
        == Picture(width: 1, height: 1, colour: (255, 255, 255)))
  }
}
