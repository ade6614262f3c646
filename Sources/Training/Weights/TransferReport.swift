/// What came of moving tensors between a file and a model: everything is listed, nothing is passed over.
package struct TransferReport: Sendable, Hashable, CustomStringConvertible {
  /// A tensor that could not be used.
  package struct Mismatch: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var expected: String
    package var found: String

    package var description: String { "'\(name)': expected \(expected), found \(found)" }
  }

  /// Tensors that arrived, by the name that they have now.
  package var loaded: [String] = []
  /// What was wanted and not found.
  package var missing: [String] = []
  /// What was found and not wanted.
  package var unexpected: [String] = []
  /// Found and wanted, but of another shape or type.
  package var mismatched: [Mismatch] = []
  /// Left away because the map says so.
  package var ignored: [String] = []

  package init() {}

  /// Whether nothing was missing, unexpected or of another shape.
  package var isExact: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

  /// A line of counts, then every tensor that did not fit.
  package var description: String {
    let counts = [
      (loaded.count, "loaded"), (missing.count, "missing"), (unexpected.count, "unexpected"),
      (mismatched.count, "wrongly shaped"), (ignored.count, "ignored"),
    ]
    let summary = counts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return ([summary] + problems.map { "  " + $0 }).joined(separator: "\n")
  }

  /// One line for each tensor that did not fit.
  package var problems: [String] {
    missing.map { "missing: '\($0)'" } + unexpected.map { "unexpected: '\($0)'" }
      + mismatched.map { "wrongly shaped: \($0)" }
  }
}
