import Runtime
import Testing

@testable import Training

@Suite struct FashionImporterTests {
  @Test func `IDX arrays are read and checked`() throws {
    let array = try IndexedArray(
      [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6], rank: 2, of: "x")
    #expect(array.shape == [2, 3] && Array(array.bytes) == [1, 2, 3, 4, 5, 6])
    for (bytes, reason) in [
      ([0, 0, 13, 1, 0, 0, 0, 1, 7], "expected an IDX file of bytes with 1 axes"),
      ([0, 0, 8, 1, 0, 0], "expected an IDX file"),
      ([0, 0, 8, 1, 255, 255, 255, 255, 7], "shape [4294967295] does not match the 1 bytes"),
      ([0, 0, 8, 1, 0, 0, 0, 0], "shape [0] does not match"),
    ] as [([UInt8], String)] {
      let error = #expect(throws: RuntimeError.self) {
        try IndexedArray(bytes, rank: 1, of: "x")
      }
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }
  }

  @Test func `a missing package and unknown classes are named`() {
    var importer = FashionImporter()
    importer.folder = "/nowhere"
    let missing = #expect(throws: RuntimeError.self) { try importer.write(to: "/nowhere/x") }
    #expect(missing?.kind == .missing)
    #expect(
      missing?.description
        == "no folder '/nowhere'; install the pictures with 'apt-get install dataset-fashion-mnist'"
    )
    importer.classes = ["sandals"]
    let unknown = #expect(throws: RuntimeError.self) { try importer.write(to: "/nowhere/x") }
    #expect(
      unknown?.description.hasPrefix("unknown class 'sandals'; expected one of: t-shirt") == true)
  }

  #if PICTURES
    @Test func `broken gzip files are refused`() throws {
      // `printf hello | gzip -n`
      let hello: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
      ]
      let expand = { (bytes: [UInt8]) throws in
        try bytes.withUnsafeBytes { try Inflation.gzip($0, of: "x") }
      }
      #expect(try expand(hello) == Array("hello".utf8))
      var (short, long, flipped, bomb) = (hello, hello, hello, hello)
      short[21] = 4
      long[21] = 6
      flipped[12] ^= 1
      bomb[24] = 0x3F
      for (bytes, reason) in [
        (short, "the compressed data is broken"), (long, "the compressed data is broken"),
        (flipped, "the compressed data is broken"), (Array(hello.dropLast(9)), "gzip file"),
        (bomb, "25 compressed bytes cannot hold 1056964613"),
      ] {
        let error = #expect(throws: RuntimeError.self) { try expand(bytes) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
      }
    }

    @Test(.enabled(if: FashionImporter().isInstalled))
    func `the installed photographs become a data set`() throws {
      let folder = try TemporaryFolder()
      var importer = FashionImporter()
      importer.classes = ["ankle-boot", "sandal"]
      importer.countPerClass = 5
      importer.split = .test
      importer.size = 28
      importer.embeddingDimension = 8
      let path = folder.file("shoes.safetensors")
      #expect(try importer.write(to: path) == 10)
      let dataSet = try DataSet.open(path: path)
      #expect(dataSet.classes == ["ankle-boot", "sandal"] && dataSet.imageSize == (28, 28))
      #expect(dataSet.labels?.count { $0 == 0 } == 5)
      // The first picture of the test files is an ankle boot, whose sole is brightest below the heel.
      #expect(dataSet.labels?[0] == 0 && dataSet.captions(at: 0) == ["ankle boot"])
      #expect(dataSet.picture(at: 0)[0, 0] == (0, 0, 0))
      #expect(dataSet.picture(at: 0)[17, 20] == (255, 255, 255))
    }
  #endif
}
