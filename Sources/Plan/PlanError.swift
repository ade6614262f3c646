/// Why a plan is refused: the place in the file, what was expected there, and what was found.
package struct PlanError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A path into the plan, such as `programs.train.calls[17]`.
  package var place: String
  package var message: String

  package init(_ message: String, at place: String) {
    self.place = place
    self.message = message
  }

  package var description: String { "\(place): \(message)" }
}
