import Foundation
import GraphIR

/// Arithmetic as in Python, except that a whole result is an integer and that whatever is not finite is an error.
extension Number {
  static func + (left: Number, right: Number) throws(Diagnostic) -> Number {
    try combine(left, right, "+", { $0.addingReportingOverflow($1) }, { $0 + $1 })
  }

  static func - (left: Number, right: Number) throws(Diagnostic) -> Number {
    try combine(left, right, "-", { $0.subtractingReportingOverflow($1) }, { $0 - $1 })
  }

  static func * (left: Number, right: Number) throws(Diagnostic) -> Number {
    try combine(left, right, "*", { $0.multipliedReportingOverflow(by: $1) }, { $0 * $1 })
  }

  static func / (left: Number, right: Number) throws(Diagnostic) -> Number {
    guard right.double != 0 else { throw Diagnostic(.divisionByZero("\(left) / \(right)")) }
    if case (.integer(let dividend), .integer(let divisor)) = (left, right) {
      let (quotient, overflow) = dividend.dividedReportingOverflow(by: divisor)
      if !overflow, quotient &* divisor == dividend { return .integer(quotient) }
    }
    return try finite(left.double / right.double, "\(left) / \(right)")
  }

  /// The quotient rounded down, Python's `//`.
  static func floorDivision(_ left: Number, _ right: Number) throws(Diagnostic) -> Number {
    let text = "\(left) // \(right)"
    guard right.double != 0 else { throw Diagnostic(.divisionByZero(text)) }
    guard case (.integer(let dividend), .integer(let divisor)) = (left, right) else {
      let remainder = Self.floorRemainder(left.double, right.double)
      return try finite(((left.double - remainder) / right.double).rounded(), text)
    }
    let (quotient, overflow) = dividend.dividedReportingOverflow(by: divisor)
    guard !overflow else { throw Diagnostic(.overflow(text)) }
    let isInexact = quotient &* divisor != dividend
    return .integer(isInexact && (dividend < 0) != (divisor < 0) ? quotient - 1 : quotient)
  }

  /// What `//` leaves; it has the divisor's sign, Python's `%`.
  static func % (left: Number, right: Number) throws(Diagnostic) -> Number {
    let text = "\(left) % \(right)"
    guard right.double != 0 else { throw Diagnostic(.divisionByZero(text)) }
    guard case (.integer(let dividend), .integer(let divisor)) = (left, right) else {
      return try finite(floorRemainder(left.double, right.double), text)
    }
    let remainder = dividend.remainderReportingOverflow(dividingBy: divisor).partialValue
    let isOpposite = remainder != 0 && (remainder < 0) != (divisor < 0)
    return .integer(isOpposite ? remainder + divisor : remainder)
  }

  static func power(_ base: Number, _ exponent: Number) throws(Diagnostic) -> Number {
    let text = "\(base) ** \(exponent)"
    guard base.double != 0 || exponent.double >= 0 else {
      throw Diagnostic(.divisionByZero(text))
    }
    guard case (.integer(let base), .integer(let exponent)) = (base, exponent), exponent >= 0
    else {
      return try finite(pow(base.double, exponent.double), text)
    }
    // Squaring: 64 rounds at most, and overflow shows in the round where it happens.
    var (result, factor, remaining) = (1, base, exponent)
    while remaining > 0 {
      if remaining & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        guard !overflow else { throw Diagnostic(.overflow(text)) }
        result = product
      }
      remaining >>= 1
      guard remaining > 0 else { break }
      let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw Diagnostic(.overflow(text)) }
      factor = square
    }
    return .integer(result)
  }

  /// The result of a calculation over doubles, refused when it is not finite.
  static func finite(_ value: Double, _ text: @autoclosure () -> String) throws(Diagnostic)
    -> Number
  {
    guard value.isFinite else { throw Diagnostic(.notFinite(text())) }
    return Number(value)
  }

  private static func combine(
    _ left: Number, _ right: Number, _ sign: String,
    _ integers: (Int, Int) -> (partialValue: Int, overflow: Bool),
    _ doubles: (Double, Double) -> Double
  ) throws(Diagnostic) -> Number {
    guard case (.integer(let a), .integer(let b)) = (left, right) else {
      return try finite(doubles(left.double, right.double), "\(left) \(sign) \(right)")
    }
    let (value, overflow) = integers(a, b)
    guard !overflow else { throw Diagnostic(.overflow("\(left) \(sign) \(right)")) }
    return .integer(value)
  }

  private static func floorRemainder(_ left: Double, _ right: Double) -> Double {
    let remainder = left.truncatingRemainder(dividingBy: right)
    return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder
  }
}

extension Diagnostic.Message {
  fileprivate static func overflow(_ text: String) -> Self {
    "integer overflow in '\(text)'"
  }

  fileprivate static func divisionByZero(_ text: String) -> Self {
    "division by zero in '\(text)'"
  }

  fileprivate static func notFinite(_ text: String) -> Self {
    "'\(text)' is not a finite number"
  }
}
