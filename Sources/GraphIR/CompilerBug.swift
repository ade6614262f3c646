/// A mistake of the compiler, never of the YAML file's author.
package struct CompilerBug: Error, Sendable, CustomStringConvertible {
  /// What was wrong, in the form of a diagnostic's message.
  package var message: String
  /// The pass after which it showed.
  package var pass: String
  package var program: String
  /// The node concerned in textual form.
  package var node: String?

  package init(_ message: String, after pass: String, in program: String, node: String? = nil) {
    self.message = message
    self.pass = pass
    self.program = program
    self.node = node
  }

  package var description: String {
    let headline = "compiler bug after '\(pass)' in program '\(program)': \(message)"
    return node.map { "\(headline)\n  \($0)" } ?? headline
  }
}
