import Testing

@testable import Training

@Suite struct PictureGridTests {
  private let black = Picture(width: 32, height: 32, colour: (0, 0, 0))

  @Test func `pictures stand in rows and columns`() {
    var grid = PictureGrid([black, black, black], columns: 2)
    grid.padding = 4
    let sheet = grid.drawn()
    // Each picture is shown at 96 pixels.
    #expect((sheet.width, sheet.height) == (2 * 100 + 4, 2 * 100 + 4))
    #expect(sheet[3, 3] == (255, 255, 255) && sheet[4, 4] == (0, 0, 0))
    #expect(sheet[104, 4] == (0, 0, 0) && sheet[104, 104] == (255, 255, 255))
  }

  @Test func `captions are drawn below in letters`() {
    let sheet = PictureGrid([black], captions: ["T"], columns: 1).drawn()
    let top = 6 + 96 + 3
    let drawn = (0..<8).map { y in
      (0..<5).map { x in sheet[6 + x, top + y].red == 0 ? "#" : "." }.joined()
    }
    #expect(
      drawn == ["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#..", "....."])
  }

  @Test func `long captions wrap and end in dots`() {
    let words = String(repeating: "word ", count: 40)
    let sheet = PictureGrid([black], captions: [words]).drawn()
    #expect(sheet.height == 96 + 3 * 6 - 6 + 3 + 3 * BitmapFont.lineHeight)
    let endless = PictureGrid([black], captions: [String(repeating: "x", count: 500)]).drawn()
    #expect(endless.height == sheet.height)
  }

  @Test func `every printable character has a shape of its own`() {
    let characters = (0x20...0x7E).map { Character(Unicode.Scalar(UInt8($0))) }
    #expect(Set(characters.map(BitmapFont.rows)).count == 95)
    #expect(BitmapFont.rows(of: "é") == BitmapFont.rows(of: "?"))
    #expect(BitmapFont.drawable("crème\nbrûlée") == "creme brulee")
  }

  @Test func `no pictures make an empty sheet`() {
    #expect(PictureGrid([]).drawn() == Picture(width: 1, height: 1, colour: (255, 255, 255)))
  }
}
