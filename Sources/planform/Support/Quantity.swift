import Foundation

/// Numbers as people read them.
enum Quantity {
  /// Digits in groups of three: `10,301,248`.
  static func grouped(_ number: Int) -> String {
    var groups: [Substring] = []
    var digits = Substring(String(number.magnitude))
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = digits.dropLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// `512 B`, `61.4 MiB`, `2.00 GiB`.
  static func bytes(_ count: Int) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"]
    guard count >= 1024 else { return "\(count) B" }
    var value = Double(count) / 1024
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return String(format: value < 10 ? "%.2f " : "%.1f ", value) + units[unit]
  }

  /// `3 calls`, `1 call`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  static func decimal(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// Three significant digits with an exponent: `3.21e-07`.
  static func scientific(_ value: Double) -> String { String(format: "%.2e", value) }

  static func milliseconds(_ duration: Duration) -> String {
    decimal(duration / .milliseconds(1), digits: 0) + " ms"
  }

  static func shape(_ shape: [Int]) -> String {
    "[\(shape.map(String.init).joined(separator: ", "))]"
  }
}
