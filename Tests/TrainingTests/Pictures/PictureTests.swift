import Runtime
import Testing
import Training

@Suite struct PictureTests {
  /// Six by four pixels; what another program's bilinear filter makes of them stands below.
  private let pattern: Picture = {
    var picture = Picture(width: 6, height: 4, colour: (0, 0, 0))
    for y in 0..<4 {
      for x in 0..<6 {
        let (red, green, blue) = (x * 37 + y * 11, x * x * 9 + y * 50, 255 - x * 20 - y * 30)
        picture[x, y] = (UInt8(red % 256), UInt8(green % 256), UInt8(blue))
      }
    }
    return picture
  }()

  @Test(arguments: [
    (
      3, 2,
      [
        34, 45, 220, 101, 99, 184, 167, 143, 148, 51, 123, 172, 118, 164, 136, 184, 127, 100,
      ]
    ),
    (
      4, 4,
      [
        14, 3, 248, 66, 32, 219, 119, 97, 191, 171, 195, 163, 25, 53, 218, 77, 82, 189, 130, 147,
        161, 182, 85, 133, 36, 103, 188, 88, 132, 159, 141, 197, 131, 193, 135, 103, 47, 153, 158,
        99, 182, 129, 152, 162, 101, 204, 89, 73,
      ]
    ),
    (
      9, 5,
      [
        0, 0, 255, 19, 5, 245, 43, 14, 232, 68, 31, 218, 93, 59, 205, 117, 92, 192, 142, 133, 178,
        167, 185, 165, 185, 225, 155, 8, 35, 234, 27, 40, 224, 51, 49, 211, 76, 66, 197,
      ]
    ),
  ])
  func `resizing agrees with another implementation`(width: Int, height: Int, expected: [Int]) {
    let resized = pattern.resized(width: width, height: height)
    #expect((resized.width, resized.height) == (width, height))
    for (value, wanted) in zip(resized.rgb, expected) {
      #expect(abs(Int(value) - wanted) <= 1)
    }
  }

  @Test func `crops, enlargements and drawings keep pixels in place`() {
    let crop = pattern.cropped(x: 2, y: 1, width: 3, height: 2)
    #expect(crop[0, 0] == pattern[2, 1] && crop[2, 1] == pattern[4, 2])
    #expect(pattern.croppedToSquare()[0, 3] == pattern[1, 3])
    let large = pattern.enlarged(by: 3)
    #expect(large[17, 11] == pattern[5, 3] && large[3, 2] == pattern[1, 0])
    var sheet = Picture(width: 4, height: 3, colour: (9, 9, 9))
    sheet.draw(pattern, x: 2, y: 1)
    #expect(sheet[3, 2] == pattern[1, 1] && sheet[1, 2] == (9, 9, 9))
  }

  @Test func `a network's numbers become bytes in either order`() throws {
    let samples: [Float] = [-1, 1, 0, .nan, 5, -5]
    let last = try Picture.pictures(of: samples, shape: [1, 3, 1, 2], order: .channelsLast)
    #expect(last[0].rgb == [0, 255, 128, 0, 255, 0])
    let first = try Picture.pictures(of: samples, shape: [1, 3, 1, 2], order: .channelsFirst)
    #expect(first[0].rgb == [0, 128, 255, 255, 0, 0])
    #expect(throws: RuntimeError.self) {
      try Picture.pictures(of: samples, shape: [1, 2, 1, 3], order: .channelsLast)
    }
  }
}
