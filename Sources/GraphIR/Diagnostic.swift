/// A place in a source file, both counted from 1.
package struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
  package var file: String
  package var line: Int
  package var column: Int

  package init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var description: String { "\(file):\(line):\(column)" }

  package static func < (left: Self, right: Self) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}

/// Something that the author of a YAML file must mend.
///
/// A message says what was expected and what was found, in lower case and without a period; user text stands in single
/// quotes. The place is attached by whoever knows it.
package struct Diagnostic: Error, Sendable, Hashable, CustomStringConvertible {
  package var location: SourceLocation?
  /// The block instances around the place, outermost first: `train.discriminator / features / conv2d_2`.
  package var instancePath: String
  package var message: Message
  /// Further sentences: where the operands come from, what would be allowed, a suggestion.
  package var notes: [Note]

  /// A sentence, with its own place when it speaks of another one.
  package struct Note: Sendable, Hashable {
    package var text: String
    package var location: SourceLocation?

    package init(_ text: String, at location: SourceLocation? = nil) {
      self.text = text
      self.location = location
    }
  }

  /// The text of a diagnostic; each file that throws declares its own as static functions of an extension.
  package struct Message: Sendable, Hashable, ExpressibleByStringInterpolation {
    package var text: String
    package init(stringLiteral text: String) { self.text = text }
    package init(_ text: String) { self.text = text }
  }

  package init(
    _ message: Message, at location: SourceLocation? = nil, in instancePath: String = "",
    notes: [Note] = []
  ) {
    self.message = message
    self.location = location
    self.instancePath = instancePath
    self.notes = notes
  }

  /// `file:line:column: error: message`, then one indented line for the instance path and for each note.
  package var description: String {
    var lines = [(location.map { "\($0): " } ?? "") + "error: \(message.text)"]
    if !instancePath.isEmpty { lines.append("  in \(instancePath)") }
    for note in notes {
      lines.append("  \(note.location.map { "\($0): " } ?? "")note: \(note.text)")
    }
    return lines.joined(separator: "\n")
  }

  /// The same diagnostic with its place and path filled in where they were unknown.
  package func located(at location: SourceLocation?, in instancePath: String) -> Diagnostic {
    var diagnostic = self
    if diagnostic.location == nil { diagnostic.location = location }
    if diagnostic.instancePath.isEmpty { diagnostic.instancePath = instancePath }
    return diagnostic
  }
}

/// All independent errors of a file, in the order of their places.
package struct Diagnostics: Error, Sendable, CustomStringConvertible {
  package var all: [Diagnostic]

  package init(_ all: [Diagnostic]) { self.all = all }

  package var description: String { all.map(\.description).joined(separator: "\n") }
}
