import Foundation

/// What a training run tells about itself between two steps.
package struct ProgressReading: Sendable {
  package var iteration: Int
  package var total: Int
  /// Reported values in the plan's order.
  package var values: [(name: String, value: Float)]
  package var imagesPerSecond: Double
  /// Time that the remaining steps will take at the present pace; nil until that is known.
  package var secondsLeft: Double?

  package init(
    iteration: Int, total: Int, values: [(name: String, value: Float)], imagesPerSecond: Double,
    secondsLeft: Double?
  ) {
    self.iteration = iteration
    self.total = total
    self.values = values
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }
}

/// How readings look, as a bar on a terminal and as a plain line elsewhere.
package enum ProgressText {
  /// A line of plain text.
  ///
  /// `step 1200/4500  d_loss 1.234  g_loss 2.345  312.0 images/s  2:31 left`
  package static func line(_ reading: ProgressReading) -> String {
    (["step \(reading.iteration)/\(reading.total)"] + facts(reading)).joined(separator: "  ")
  }

  /// A bar that fills `width` columns at most, with colours if wanted.
  package static func bar(_ reading: ProgressReading, width: Int, colours: Bool) -> String {
    let total = String(reading.total)
    let count = String(reading.iteration).leftPadded(to: total.count) + "/" + total
    let facts = facts(reading).joined(separator: "  ")
    let room = width - count.count - facts.count - 5
    guard room >= 8 else { return String("\(count)  \(facts)".prefix(max(0, width - 1))) }
    let length = min(room, 30)
    let share = reading.total > 0 ? Double(reading.iteration) / Double(reading.total) : 1
    let filled = min(length, max(0, Int(share * Double(length))))
    let done = String(repeating: "━", count: filled)
    let rest = String(repeating: colours ? "━" : "─", count: length - filled)
    return colours
      ? "\(count)  \u{1B}[32m\(done)\u{1B}[90m\(rest)\u{1B}[0m  \(facts)"
      : "\(count)  \(done)\(rest)  \(facts)"
  }

  private static func facts(_ reading: ProgressReading) -> [String] {
    var facts = reading.values.map { "\($0.name) \(number(Double($0.value)))" }
    if reading.imagesPerSecond > 0 {
      facts.append("\(number(reading.imagesPerSecond)) images/s")
    }
    if let seconds = reading.secondsLeft { facts.append("\(duration(seconds)) left") }
    return facts
  }

  /// Four significant digits or so, without exponents where they can be avoided.
  package static func number(_ value: Double) -> String {
    switch abs(value) {
    case 1_000..<1e7: String(format: "%.0f", value)
    case 100..<1_000: String(format: "%.1f", value)
    case 0.001..<100, 0: String(format: "%.3f", value)
    default: String(format: "%.2e", value)
    }
  }

  /// `0:42`, `12:05` or `3:07:09`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }
}

extension String {
  fileprivate func leftPadded(to length: Int) -> String {
    String(repeating: " ", count: max(0, length - count)) + self
  }
}
