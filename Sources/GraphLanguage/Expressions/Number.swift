/// A number of the language: an exact integer whenever it is whole, otherwise a finite double.
///
/// `8 / 2` is the integer 4, `2.0` is the integer 2, and `5 / 2` is 2.5; so that an expression can be a channel count
/// without a cast.
package enum Number: Hashable, Sendable, CustomStringConvertible {
  case integer(Int)
  case real(Double)

  /// The double as a number: an integer if it is whole and small enough (2⁵³) to be exact.
  package init(_ value: Double) {
    self =
      value.rounded(.towardZero) == value && value.magnitude <= 0x1p53
      ? .integer(Int(value)) : .real(value)
  }

  package var double: Double {
    switch self {
    case .integer(let value): Double(value)
    case .real(let value): value
    }
  }

  /// The integer, when the number is whole.
  package var integer: Int? {
    if case .integer(let value) = self { value } else { nil }
  }

  package var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    }
  }
}
