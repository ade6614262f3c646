/// Damages a file in the ways that find weak readers: bits, numbers, lost and doubled parts.
package struct Mutator {
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

  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    switch below(8) {
    case 0: bytes[below(bytes.count)] ^= UInt8(1 << below(8))
    case 1:
      let start = below(bytes.count)
      bytes.removeSubrange(start..<min(start + 1 + below(40), bytes.count))
    case 2:
      let start = below(bytes.count)
      bytes.insert(
        contentsOf: bytes[start..<min(start + 1 + below(200), bytes.count)], at: start)
    default: replaceNumber(&bytes)
    }
    return bytes
  }

  private mutating func replaceNumber(_ bytes: inout [UInt8]) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let start = below(bytes.count)
    guard let first = bytes[start...].firstIndex(where: isDigit) else { return }
    let end = bytes[first...].firstIndex { !isDigit($0) } ?? bytes.count
    let numbers = [
      "0", "1", "2", "3", "7", "64", "-1", "-64", "1000000", "4611686018427387904",
      "9223372036854775807", "-9223372036854775808", "1e300", "0.5", "1099511627776", "null",
    ]
    bytes.replaceSubrange(first..<end, with: numbers[below(numbers.count)].utf8)
  }
}
