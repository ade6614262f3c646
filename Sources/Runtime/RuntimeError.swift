/// Why a plan cannot be loaded or run.
///
/// The text says what was expected, what was found, and where.
package struct RuntimeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is; the command line turns it into an exit code.
  package enum Kind: Sendable, Hashable {
    /// The file is malformed, or what it says cannot be true (exit 65).
    case invalid
    /// A file or tensor that is needed is not there (exit 66).
    case missing
    /// Something could not be created, for want of room or rights (exit 73).
    case cannotCreate
    /// Reading or writing failed half-way (exit 74).
    case inputOutput
    /// A number became infinite or undefined during training (exit 65).
    case notFinite
    /// This build or machine lacks what the plan needs (exit 70).
    case unsupported
  }

  package var kind: Kind
  package var description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
