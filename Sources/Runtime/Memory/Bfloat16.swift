/// The upper half of a float32, as tensors of the element type bf16 hold it.
struct Bfloat16: BitwiseCopyable {
  var bits: UInt16

  /// The nearest number, the even one of two equally near; NaN stays NaN.
  init(_ value: Float) {
    let pattern = value.bitPattern
    // All numbers but NaN round by carrying into the upper half, up to infinity.
    bits =
      value.isNaN
      ? UInt16(pattern >> 16) | 0x40 : UInt16((pattern + 0x7fff + (pattern >> 16 & 1)) >> 16)
  }
}

extension Float {
  init(_ narrow: Bfloat16) { self.init(bitPattern: UInt32(narrow.bits) << 16) }
}
