import Plan
import Runtime
import Testing

@Suite struct PhiloxTests {
  @Test func `the published answer for zeros`() {
    #expect(
      Philox.block(key: 0, counter: .zero)
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
  }

  @Test func `the published answer for all ones`() {
    #expect(
      Philox.block(key: .max, counter: SIMD4(repeating: .max))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
  }
}
