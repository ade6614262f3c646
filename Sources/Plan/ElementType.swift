/// The type of one element of a tensor.
package enum ElementType: String, Codable, Sendable, CaseIterable {
  case float32 = "f32"
  case int64 = "i64"

  /// Bytes of one element.
  package var size: Int {
    switch self {
    case .float32: 4
    case .int64: 8
    }
  }
}
