import Plan
import Testing

@Suite struct AddressPatternTests {
  @Test func `axes that continue one another are one`() throws {
    let whole = try #require(AddressPattern(extent: [2, 3, 4], strides: [12, 4, 1]))
    #expect(whole == AddressPattern(extent: [24], strides: [1]))
    #expect(whole == AddressPattern(extent: [4, 2, 1, 3], strides: [1, 12, 99, 4]))
    #expect(whole.last == 23)
    #expect(whole.isInjective)
  }

  @Test func `repeated offsets are noticed`() throws {
    #expect(AddressPattern(extent: [2, 3], strides: [2, 1])?.isInjective == false)
    #expect(AddressPattern(extent: [2, 3], strides: [0, 1])?.isInjective == false)
    #expect(AddressPattern(extent: [1, 3], strides: [0, 1])?.isInjective == true)
  }

  @Test func `what does not fit an integer has no pattern`() {
    #expect(AddressPattern(extent: [4], strides: [Int.max / 2]) == nil)
    #expect(AddressPattern(extent: [Int.max, 2], strides: [2, 1]) == nil)
    #expect(AddressPattern(extent: [2], strides: [-1]) == nil)
    #expect(AddressPattern(extent: [0], strides: [1]) == nil)
  }

  @Test func `channel slices of one buffer are apart`() throws {
    // N·H·W = 10 places of 8 channels: channels 0 ..< 3 and 3 ..< 8.
    let left = try #require(AddressPattern(extent: [10, 3], strides: [8, 1]))
    let right = try #require(AddressPattern(extent: [10, 5], strides: [8, 1]))
    #expect(left.isDisjoint(from: right, at: 0, otherAt: 3))
    #expect(!left.isDisjoint(from: right, at: 0, otherAt: 2))
    #expect(left.isDisjoint(from: right, at: 0, otherAt: 100))
  }
}
