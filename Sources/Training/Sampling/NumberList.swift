import Glibc
import Runtime

/// A list of numbers as people write them: `0,0.5,1`, `0:1:8` for eight numbers from 0 to 1, `1*10` for a one that comes
/// ten times, and `sigmoid(-5:4.5:20)` for twenty numbers along a curve.
enum NumberList {
  /// Longer lists are refused.
  private static let maximumCount = 4096

  /// - Parameter subject: what errors call the list.
  static func parse(_ text: String, of subject: String) throws(RuntimeError) -> [Double] {
    var numbers: [Double] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let more = numbersOf(part.trimmed), numbers.count + more.count <= maximumCount else {
        throw RuntimeError(
          .invalid,
          "\(subject): expected numbers such as '0.5', '0,0.5,1', '0:1:8' (start, end, count), '1*10' or "
            + "'sigmoid(-5:5:9)', at most \(maximumCount), found '\(part)'")
      }
      numbers += more
    }
    return numbers
  }

  private static func numbersOf(_ part: Substring) -> [Double]? {
    if part.hasPrefix("sigmoid("), part.hasSuffix(")") {
      return range(part.dropFirst(8).dropLast())?.map { 1 / (1 + exp(-$0)) }
    }
    let factors = part.split(separator: "*", omittingEmptySubsequences: false)
    if factors.count == 2 {
      guard let value = number(factors[0]), let count = Int(factors[1]), 1...maximumCount ~= count
      else { return nil }
      return Array(repeating: value, count: count)
    }
    return range(part)
  }

  /// `start:end:count`, both ends exact, or one number.
  private static func range(_ text: Substring) -> [Double]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 1 { return number(text).map { [$0] } }
    guard parts.count == 3, let start = number(parts[0]), let end = number(parts[1]),
      let count = Int(parts[2]), 2...maximumCount ~= count
    else { return nil }
    return (0..<count).map { index in
      index == count - 1 ? end : start + (end - start) * Double(index) / Double(count - 1)
    }
  }

  private static func number(_ text: Substring) -> Double? {
    guard let value = Double(text.trimmed), value.isFinite else { return nil }
    return value
  }
}

extension Substring {
  /// Without spaces at both ends.
  var trimmed: Substring {
    let start = drop { $0 == " " }
    guard let end = start.lastIndex(where: { $0 != " " }) else { return start[start.endIndex...] }
    return start[...end]
  }
}
