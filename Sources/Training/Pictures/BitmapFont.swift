import Foundation

/// Letters of five by eight pixels for captions.
///
/// Each printable ASCII character, from the space on, is eight rows from the top, each row one digit in base 32 whose
/// five bits are pixels, the highest at the left. `A` is `EHHHVHH0`:
///
///     E  .###.
///     H  #...#
///     H  #...#
///     H  #...#
///     V  #####
///     H  #...#
///     H  #...#
///     0  .....
enum BitmapFont {
  static let glyphWidth = 5
  static let glyphHeight = 8
  /// From one letter to the next, and from one line to the next.
  static let advance = 6
  static let lineHeight = 10

  private static let glyphs = """
    00000000 44444040 AAA00000 AAVAVAA0 4FKE5U40 OP248J30 CIK8LID0 44800000
    24888420 84222480 04LEL400 044V4400 00000C48 000V0000 00000CC0 01248G00
    EHJLPHE0 4C4444E0 EH1248V0 V2421HE0 26AIV220 VGU11HE0 68GUHHE0 V1248880
    EHHEHHE0 EHHF12C0 0CC0CC00 0CC0C480 248G8420 00V0V000 84212480 EH124040
    EH1DLLE0 EHHHVHH0 UHHUHHU0 EHGGGHE0 SIHHHIS0 VGGUGGV0 VGGUGGG0 EHGNHHF0
    HHHVHHH0 E44444E0 72222IC0 HIKOKIH0 GGGGGGV0 HRLLHHH0 HHPLJHH0 EHHHHHE0
    UHHUGGG0 EHHHLID0 UHHUKIH0 FGGE11U0 V4444440 HHHHHHE0 HHHHHA40 HHHLLLA0
    HHA4AHH0 HHHA4440 V1248GV0 E88888E0 0G842100 E22222E0 4AH00000 000000V0
    84200000 00E1FHF0 GGMPHHU0 00EGGHE0 11DJHHF0 00EHVGE0 698S8880 00FHHF1E
    GGMPHHH0 40C444E0 206222IC GGIKOKI0 C44444E0 00QLLHH0 00MPHHH0 00EHHHE0
    00UHHUGG 00FHHF11 00MPGGG0 00EGE1U0 88S88960 00HHHJD0 00HHHA40 00HHLLA0
    00HA4AH0 00HHHF1E 00V248V0 24484420 44444440 84424480 008L2000
    """
    .split(whereSeparator: \.isWhitespace).map { $0.compactMap { $0.wholeDigit32 } }

  /// The character's rows; what the font lacks looks like a question mark.
  static func rows(of character: Character) -> [Int] {
    let code = Int(character.asciiValue ?? UInt8(ascii: "?")) - 0x20
    return glyphs.indices.contains(code) ? glyphs[code] : glyphs[0x1F]
  }

  /// The text in letters that the font has, accents dropped.
  static func drawable(_ text: String) -> String {
    String(
      text.decomposedStringWithCompatibilityMapping.unicodeScalars
        .filter { $0.properties.canonicalCombiningClass == .notReordered }
        .map { Character($0.value < 0x20 ? " " : $0) })
  }
}

extension Character {
  /// The value of a digit in base 32, `0` to `9` and `A` to `V`.
  fileprivate var wholeDigit32: Int? { Int(String(self), radix: 32) }
}

extension Picture {
  /// Writes one line of text, its upper left corner at `x`, `y`; what sticks out is left away.
  mutating func draw(
    _ text: String, x: Int, y: Int, colour: (red: UInt8, green: UInt8, blue: UInt8)
  ) {
    for (index, character) in text.enumerated() {
      let left = x + index * BitmapFont.advance
      for (row, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.glyphWidth
        where bits >> (BitmapFont.glyphWidth - 1 - column) & 1 == 1 {
          guard 0..<width ~= left + column, 0..<height ~= y + row else { continue }
          self[left + column, y + row] = colour
        }
      }
    }
  }
}
