import GraphIR

/// Collects the independent errors of a file, so that one run reports them all.
final class DiagnosticLog {
  /// Beyond this many, further errors say nothing new; what hostile files cost stays bounded.
  private static let limit = 100

  private(set) var diagnostics: [Diagnostic] = []

  /// Keeps an error; its text is only built when there is room.
  func report(_ diagnostic: @autoclosure () -> Diagnostic) {
    if diagnostics.count < Self.limit { diagnostics.append(diagnostic()) }
  }

  /// The result of `body`, or nil and an error kept.
  func attempt<Result>(_ body: () throws(Diagnostic) -> Result) -> Result? {
    do { return try body() } catch {
      report(error)
      return nil
    }
  }

  /// Throws what was reported, in the order of the places.
  func throwIfAny() throws(Diagnostics) {
    guard !diagnostics.isEmpty else { return }
    throw Diagnostics(
      diagnostics.enumerated()
        .sorted { left, right in
          switch (left.element.location, right.element.location) {
          case (let a?, let b?) where a != b: a < b
          case (nil, .some): true
          case (.some, nil): false
          default: left.offset < right.offset
          }
        }
        .map(\.element))
  }
}
