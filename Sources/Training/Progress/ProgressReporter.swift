import Glibc

/// Tells the user on standard error how a run goes: a bar where a terminal shows it, a line now and then elsewhere.
package final class ProgressReporter {
  /// How readings reach the user.
  package enum Style: Sendable, Hashable {
    case bar(colours: Bool)
    case lines
    case silent
  }

  private let style: Style
  private let write: (String) -> Void
  private var barIsShown = false
  private var shownAt: ContinuousClock.Instant?

  /// - Parameter write: where the text goes; standard error unless told otherwise.
  package init(
    style: Style = ProgressReporter.suitableStyle,
    write: @escaping (String) -> Void = ProgressReporter.writeToStandardError
  ) {
    self.style = style
    self.write = write
  }

  /// A bar on a terminal that can move its cursor, with colours unless `NO_COLOR` is set.
  package static var suitableStyle: Style {
    guard isatty(STDERR_FILENO) == 1, environment("TERM") != "dumb" else { return .lines }
    return .bar(colours: environment("NO_COLOR", default: "").isEmpty)
  }

  package static func writeToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Shows a reading if it is time to; `isLast` always shows it and ends the bar's line.
  package func show(_ reading: @autoclosure () -> ProgressReading, isLast: Bool = false) {
    let now = ContinuousClock.now
    let pause: Duration = style == .lines ? .seconds(10) : .milliseconds(100)
    if !isLast, let shownAt, now - shownAt < pause { return }
    shownAt = now
    switch style {
    case .silent: break
    case .lines: write(ProgressText.line(reading()) + "\n")
    case .bar(let colours):
      let bar = ProgressText.bar(reading(), width: Self.terminalWidth, colours: colours)
      write("\r\u{1B}[K" + bar + (isLast ? "\n" : ""))
      barIsShown = !isLast
    }
  }

  /// Writes a sentence on a line of its own, above the bar.
  package func say(_ text: String) {
    guard style != .silent else { return }
    write((barIsShown ? "\r\u{1B}[K" : "") + text + "\n")
    barIsShown = false
  }

  /// Leaves the bar's line, so that what follows does not write over it.
  package func end() {
    if barIsShown { write("\n") }
    barIsShown = false
  }

  private static var terminalWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : 80
  }

  private static func environment(_ name: String, default value: String = "") -> String {
    getenv(name).map { String(cString: $0) } ?? value
  }
}
