/// Random numbers that are a pure function of what they are for.
///
/// Nothing is carried from one batch to the next, so that a resumed run needs only the iteration's number.
struct SampleRandom: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter purpose: what the numbers are for, such as seed, iteration and sample; each list has its own stream.
  init(_ purpose: UInt64...) { self.init(purpose) }

  init(_ purpose: [UInt64]) {
    state = purpose.reduce(0) { Self.mixed($0 &+ 0x9E37_79B9_7F4A_7C15 ^ Self.mixed($1)) }
  }

  /// The next number of the SplitMix64 generator.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number from 0 up to, and without, `bound`.
  ///
  /// Our own, since the standard library may change how it draws from a range.
  mutating func below(_ bound: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from 0 up to, and without, 1.
  mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The numbers below `count` in random order, after Fisher and Yates.
  mutating func shuffled(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, below(last + 1))
    }
    return order
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
