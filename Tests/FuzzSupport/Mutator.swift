/// Damages files in the ways that find weak readers, the same in every run.
///
/// Bits and bytes change, stretches are lost and doubled, tokens and lines change places, numbers become extreme.
package struct Mutator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// SplitMix64.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func below(_ bound: Int) -> Int {
    Int.random(in: 0..<max(bound, 1), using: &self)
  }

  /// The bytes with one to three kinds of damage.
  package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(3) where !bytes.isEmpty { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let position = below(bytes.count)
    switch below(15) {
    case 0: bytes[position] ^= 1 << UInt8(below(8))
    case 1: bytes[position] = UInt8(below(256))
    case 2: bytes.insert(UInt8(below(256)), at: position)
    case 3: bytes.removeSubrange(stretch(from: position, of: bytes))
    case 4: bytes.insert(contentsOf: bytes[stretch(from: position, of: bytes)], at: position)
    case 5: bytes.removeSubrange(position...)
    case 6: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)].utf8, at: position)
    case 7: overwriteInteger(&bytes, at: position)
    case 8: swapTokens(&bytes)
    case 9, 10: rearrangeLines(&bytes)
    default: replaceNumber(&bytes, near: position)
    }
  }

  private mutating func stretch(from start: Int, of bytes: [UInt8]) -> Range<Int> {
    start..<min(start + 1 + below(below(2) == 0 ? 8 : 200), bytes.count)
  }

  // MARK: Text

  /// Words of YAML, of its formulas and of JSON.
  private static let tokens = [
    "{", "}", "[", "]", ":", "- ", "'", "\"", "&a ", "*a", "<<: ", "!!int ", "|", ">", "#", "%",
    "\t", "~", "true", "1e999", "-1", "0", "** 99", "// 0", "if", "any", "repeat", "\u{FEFF}", "é",
    "99999999999999999999", "\n", "  ", "?", ",", "null", "\\u0000", "input", "batch", "_",
  ]

  private static let numbers = [
    "0", "1", "2", "3", "7", "64", "-1", "-64", "4096", "1000000", "2147483647", "1099511627776",
    "4611686018427387904", "9223372036854775807", "-9223372036854775808", "1e300", "0.5", "1e-9",
    "null", ".nan", ".inf", "9999999999999999999999",
  ]

  private mutating func replaceNumber(_ bytes: inout [UInt8], near position: Int) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    guard let first = bytes[position...].firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(first..<end, with: Self.numbers[below(Self.numbers.count)].utf8)
  }

  /// Two words, each up to the next space, bracket or comma, change places.
  private mutating func swapTokens(_ bytes: inout [UInt8]) {
    func isSeparator(_ byte: UInt8) -> Bool { " \n[]{},:".utf8.contains(byte) }
    func word(from position: Int) -> Range<Int>? {
      guard let start = bytes[position...].firstIndex(where: { !isSeparator($0) }) else {
        return nil
      }
      return start..<(bytes[start...].firstIndex(where: isSeparator) ?? bytes.count)
    }
    let positions = [below(bytes.count), below(bytes.count)].sorted()
    guard let left = word(from: positions[0]), let right = word(from: positions[1]),
      left.upperBound <= right.lowerBound
    else { return }
    let (first, second) = (Array(bytes[left]), Array(bytes[right]))
    bytes.replaceSubrange(right, with: first)
    bytes.replaceSubrange(left, with: second)
  }

  private mutating func rearrangeLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let (line, other) = (below(lines.count), below(lines.count))
    switch below(4) {
    case 0: lines[line] = lines[other]
    case 1: lines.insert(lines[other], at: line)
    case 2: lines.remove(at: line)
    default: lines.swapAt(line, other)
    }
    bytes = Array(lines.joined(separator: [10]))
  }

  // MARK: Binary formats

  /// Two, four or eight bytes become a number that breaks arithmetic, in either byte order.
  private mutating func overwriteInteger(_ bytes: inout [UInt8], at position: Int) {
    let extremes: [UInt64] = [
      0, 1, 0x7F, 0x80, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 40, 1 << 62,
      .max >> 1, .max,
    ]
    let number = extremes[below(extremes.count)]
    let width = 2 << below(3)
    var field = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    if below(2) == 0 { field.reverse() }
    for (offset, byte) in field.enumerated() where position + offset < bytes.count {
      bytes[position + offset] = byte
    }
  }
}
