import GraphIR

extension Document {
  /// Checks `require:` before anything is built, because what follows from impossible parameters helps nobody.
  ///
  /// - Parameter numbers: the file's parameters and `let` values.
  func checkRequirements(in numbers: Scope) throws(Diagnostic) {
    for requirement in requirements where try !requirement.condition.condition(in: numbers) {
      throw Diagnostic(
        .unmet(requirement, in: numbers), at: requirement.condition.location, in: "require")
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unmet(_ requirement: Requirement, in numbers: Scope) -> Self {
    var found: [String] = []
    for name in requirement.condition.root.references.map(\.name) {
      guard let value = numbers.value(of: name), !found.contains("\(name) is \(value)") else {
        continue
      }
      found.append("\(name) is \(value)")
    }
    let suffix = found.isEmpty ? "" : "; \(found.joined(separator: ", "))"
    return Diagnostic.Message(requirement.message + suffix)
  }
}
