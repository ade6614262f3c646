import Runtime
import Testing

@testable import Training

@Suite struct PictureFolderTests {
  @Test func `a bird is cut out with three quarters of its longer side to each edge`() {
    let box = PictureBox(x: 60, y: 27, width: 325, height: 304)
    #expect(
      box.surroundings(in: (width: 500, height: 335))
        == PictureBox(x: 0, y: 0, width: 465, height: 335))
    #expect(
      PictureBox(x: 10, y: 20, width: 4, height: 8).surroundings(in: (width: 100, height: 100))
        == PictureBox(x: 6, y: 18, width: 12, height: 12))
    #expect(
      PictureBox(x: 90, y: 0, width: 2, height: 2).surroundings(in: (width: 50, height: 9)) == nil)
  }

  #if PICTURES
    private let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      try folder.write("1 002.Wren/w_2.png\n2 001.Crow/c_1.png\n", to: "cub/images.txt")
      try folder.write("1 0.0 0.0 4.0 4.0\n2 4.0 2.0 4.0 4.0\n", to: "cub/bounding_boxes.txt")
      // Red counts columns and green rows.
      let picture = Picture(
        width: 16, height: 10,
        rgb: (0..<10).flatMap { y in (0..<16).flatMap { x in [UInt8(x), UInt8(y), 0] } })
      for name in ["002.Wren/w_2", "001.Crow/c_1"] {
        try folder.write(picture.pngBytes(), to: "cub/images/\(name).png")
        try folder.write("one \(name)\ntwo\n", to: "cub/text_c10/\(name).txt")
      }
    }

    @Test func `the layout of CUB is read`() throws {
      var importer = FolderImporter(folder: folder.file("cub"), size: 6)
      importer.layout = .cub
      let path = folder.file("birds")
      #expect(try importer.write(to: path) == 2)
      let dataSet = try DataSet.open(path: path)
      #expect(dataSet.classes == ["001.Crow", "002.Wren"] && dataSet.labels == [0, 1])
      #expect(dataSet.captions(at: 0) == ["one 001.Crow/c_1", "two"])
      // The crow's box is cut to columns 3 to 8 and rows 1 to 6: six pixels, not resized.
      #expect(dataSet.picture(at: 0)[0, 0] == (3, 1, 0))
      #expect(dataSet.picture(at: 0)[5, 5] == (8, 6, 0))
    }

    @Test(arguments: [
      ("1 ../../x.png\n", "1 0 0 4 4\n", "'../../x.png' lies outside the folder"),
      ("1 /x.png\n", "1 0 0 4 4\n", "'/x.png' lies outside the folder"),
      ("1 a.png\n", "2 0 0 4 4\n", "expected left, top, width and height of picture 1, 'a.png'"),
      ("1 a.png\n", "1 0 0 4 nan\n", "expected left, top, width and height of picture 1"),
      ("1 a.png\n", "1 0 0 4\n", "bounding_boxes.txt' line 1: expected 5 words, found 4"),
      ("", "", "names no pictures"),
    ])
    func `tables that cannot be are refused`(images: String, boxes: String, reason: String) throws {
      try folder.write(images, to: "cub/images.txt")
      try folder.write(boxes, to: "cub/bounding_boxes.txt")
      let error = #expect(throws: RuntimeError.self) {
        try PictureFolder(cub: folder.file("cub"))
      }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  #endif
}
