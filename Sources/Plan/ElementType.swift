/// The type of one element of a tensor.
package enum ElementType: String, Codable, Sendable, CaseIterable {
  case float32 = "f32"
  case int64 = "i64"
  /// The upper half of a float32: its range, eight bits of precision.
  ///
  /// Only a way to store what is computed in float32: kernels widen it where they read and round to nearest, ties to
  /// even, where they write.
  case bfloat16 = "bf16"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float32: 4
    case .int64: 8
    case .bfloat16: 2
    }
  }

  /// The type in which kernels compute with elements of this type.
  package var computed: ElementType { self == .bfloat16 ? .float32 : self }

  /// Whether elements are real numbers, however they are stored.
  package var isReal: Bool { computed == .float32 }
}
