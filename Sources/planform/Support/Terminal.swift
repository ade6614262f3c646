import Glibc

/// Where text goes, and whether whoever reads it sees colours.
enum Terminal {
  /// Colours only where a person looks, and only if `NO_COLOR` does not ask for none.
  static var errorsHaveColours: Bool { hasColours(STDERR_FILENO) }
  static var outputHasColours: Bool { hasColours(STDOUT_FILENO) }

  static func printError(_ text: String) {
    var text = text + "\n"
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// A heading of a report: bold on a terminal.
  static func heading(_ text: String) -> String {
    outputHasColours ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }

  private static func hasColours(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
