package import GraphIR

/// What one run of a pass on one program did, in the words of the compile report.
package struct PassReport: Sendable {
  package struct Note: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      /// A rewrite took place.
      case applied
      /// A rewrite was possible in form, but not allowed here.
      case refused(because: String)
      /// Something that the author of the model should know.
      case remark
    }
    package var kind: Kind
    package var text: String
    /// Where: a node's path and place.
    package var origin: Origin
  }

  package var pass: String
  package var program: String
  package private(set) var notes: [Note] = []
  package internal(set) var nodesBefore = 0
  package internal(set) var nodesAfter = 0
  package internal(set) var duration = Duration.zero

  package init(pass: String, program: String) {
    self.pass = pass
    self.program = program
  }

  package mutating func applied(_ what: String, at origin: Origin) {
    notes.append(Note(kind: .applied, text: what, origin: origin))
  }

  package mutating func refused(_ what: String, because reason: String, at origin: Origin) {
    notes.append(Note(kind: .refused(because: reason), text: what, origin: origin))
  }

  package mutating func remark(_ text: String, at origin: Origin) {
    notes.append(Note(kind: .remark, text: text, origin: origin))
  }
}

extension PassReport.Note: CustomStringConvertible {
  package var description: String {
    let place = origin.path.isEmpty ? "" : " at \(origin.path)"
    return switch kind {
    case .applied, .remark: text + place
    case .refused(let reason): "did not \(text)\(place): \(reason)"
    }
  }
}
