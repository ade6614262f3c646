import Foundation
import FuzzSupport
import Runtime
import Testing
import Training

#if PICTURES
  @Suite struct PictureFilesTests {
    @Test func `PNG survives a round trip`() throws {
      let folder = try TemporaryFolder()
      let picture = Picture(width: 5, height: 3, rgb: (0..<45).map { UInt8($0 * 5) })
      try picture.write(to: folder.file("x.png"))
      #expect(try Picture.read(path: folder.file("x.png")) == picture)
    }

    @Test func `every kind of PNG becomes RGB`() throws {
      let rgb16 = EncodedPNG(
        width: 1, height: 1, bitDepth: 16, colourType: 2, rows: [[255, 255, 128, 0, 0, 0]])
      #expect(try read(rgb16) == [255, 128, 0])
      let grey16 = EncodedPNG(
        width: 2, height: 1, bitDepth: 16, colourType: 0, rows: [[0x80, 0x80, 0, 0]])
      #expect(try read(grey16) == [128, 128, 128, 0, 0, 0])
      let bits = EncodedPNG(width: 3, height: 1, bitDepth: 1, colourType: 0, rows: [[0b1010_0000]])
      #expect(try read(bits) == [255, 255, 255, 0, 0, 0, 255, 255, 255])
      let palette = EncodedPNG(
        width: 2, height: 1, bitDepth: 4, colourType: 3, rows: [[0x10]],
        palette: [10, 20, 30, 40, 50, 60])
      #expect(try read(palette) == [40, 50, 60, 10, 20, 30])
    }

    @Test func `what is transparent is laid over white`() throws {
      let rgba = EncodedPNG(
        width: 3, height: 1, bitDepth: 8, colourType: 6,
        rows: [[255, 0, 0, 0, 255, 0, 0, 128, 255, 0, 0, 255]])
      #expect(try read(rgba) == [255, 255, 255, 255, 127, 127, 255, 0, 0])
      let greyAlpha = EncodedPNG(
        width: 1, height: 1, bitDepth: 8, colourType: 4, rows: [[0, 51]])
      #expect(try read(greyAlpha) == [204, 204, 204])
      let palette = EncodedPNG(
        width: 1, height: 1, bitDepth: 8, colourType: 3, rows: [[0]], palette: [0, 0, 0],
        transparency: [0])
      #expect(try read(palette) == [255, 255, 255])
    }

    @Test func `pictures that are too large are refused`() throws {
      let wide = EncodedPNG(width: 20_000, height: 1, bitDepth: 8, colourType: 0, rows: [])
      expectRefusal(wide.bytes, "the picture is 20000 x 1; expected at most 16384 a side")
      let bomb = EncodedPNG(width: 16_384, height: 16_384, bitDepth: 1, colourType: 0, rows: [])
      expectRefusal(bomb.bytes, "67108864 pixels")
      let hollow = EncodedPNG(width: 8000, height: 8000, bitDepth: 1, colourType: 0, rows: [])
      expectRefusal(hollow.bytes, "cannot hold 8000 x 8000 pixels")
    }

    @Test func `every truncated picture is refused`() throws {
      let png = try Picture(width: 9, height: 9, colour: (1, 2, 3)).pngBytes()
      for length in png.indices { expectRefusal(Array(png[..<length]), "'x'") }
      let jpeg = try fixture("gradient.jpg")
      for length in stride(from: 0, to: jpeg.count - 2, by: 7) {
        expectRefusal(Array(jpeg[..<length]), "'x'")
      }
    }

    @Test func `mutated pictures never crash`() throws {
      let palette = EncodedPNG(
        width: 5, height: 2, bitDepth: 2, colourType: 3, rows: [[0x1B, 0], [0xFF, 0]],
        palette: Array(0..<12), transparency: [0, 128])
      let formats = [
        "png": [
          try Picture(width: 16, height: 16, rgb: (0..<768).map { UInt8($0 % 251) }).pngBytes(),
          palette.bytes,
        ],
        "jpeg": [
          try fixture("gradient.jpg"), try fixture("gradient-grey-progressive.jpg"),
          try fixture("red-cmyk.jpg"),
        ],
      ]
      for (name, pictures) in formats {
        let slow = try MutationRun(name, of: pictures).forEach { mutant in
          _ = try? mutant.bytes.withUnsafeBytes { try Picture.read($0, of: "'mutant'") }
        }
        #expect(slow.isEmpty)
      }
    }

    @Test func `JPEG is read in colour, grey and CMYK`() throws {
      let colour = try read(fixture("gradient.jpg"))
      #expect((colour.width, colour.height) == (32, 24))
      // The original's pixel at x, y is (8x, 10y, 128).
      for (x, y) in [(0, 0), (31, 23), (10, 5), (3, 20)] {
        let pixel = colour[x, y]
        #expect(abs(Int(pixel.red) - 8 * x) <= 4 && abs(Int(pixel.green) - 10 * y) <= 4)
        #expect(abs(Int(pixel.blue) - 128) <= 4)
      }
      let grey = try read(fixture("gradient-grey-progressive.jpg"))[20, 10]
      #expect(abs(Int(grey.red) - 160) <= 3 && grey.red == grey.green && grey.red == grey.blue)
      let red = try read(fixture("red-cmyk.jpg"))[8, 8]
      #expect(red.red > 245 && red.green < 10 && red.blue < 10)
    }

    @Test func `other files are named`() throws {
      let folder = try TemporaryFolder()
      try folder.write("GIF89a", to: "x.png")
      let path = folder.file("x.png")
      #expect(
        throws: RuntimeError(
          .invalid, "'\(path)': expected a PNG or JPEG picture, found neither")
      ) { try Picture.read(path: path) }
    }

    private func expectRefusal(_ bytes: [UInt8], _ reason: String) {
      let error = #expect(throws: RuntimeError.self) { try read(bytes) }
      #expect(error?.kind == .invalid)
      #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    private func read(_ png: EncodedPNG) throws -> [UInt8] { try read(png.bytes).rgb }

    private func read(_ bytes: [UInt8]) throws -> Picture {
      try bytes.withUnsafeBytes { try Picture.read($0, of: "'x'") }
    }
  }
#else
  @Suite struct PictureFilesTests {
    @Test func `a build without pictures says which trait it lacks`() throws {
      let error = #expect(throws: RuntimeError.self) {
        try Picture(width: 1, height: 1, rgb: [0, 0, 0]).write(to: "/nowhere/x.png")
      }
      #expect(error?.kind == .unsupported)
      #expect(error?.description.contains("'Pictures'") == true)
    }
  }
#endif
