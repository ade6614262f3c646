package import GraphIR
package import Plan

/// How much memory a plan may take: arena and states together, in bytes.
package struct MemoryLimit: Sendable, Hashable {
  package var bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  /// Fails if the largest program's arena and the states do not fit.
  package func check(
    _ programs: [Program], states: [StateDeclaration]
  ) throws(Diagnostic) {
    let stateBytes = states.reduce(0) { $0 + $1.shape.reduce(1, *) * $1.element.size }
    guard let largest = programs.max(by: { $0.memory.arena < $1.memory.arena }) else { return }
    let needed = largest.memory.arena + stateBytes
    guard needed > bytes else { return }
    throw Diagnostic(
      .tooLarge(largest.name, needed: needed, limit: bytes),
      notes: [
        .init("\(stateBytes) bytes of states, \(largest.memory.arena) bytes of arena"),
        .init("no order of the same calls needs an arena below \(largest.memory.lowerBound) bytes"),
      ])
  }
}

extension Diagnostic.Message {
  fileprivate static func tooLarge(_ program: String, needed: Int, limit: Int) -> Self {
    """
    program '\(program)' needs \(needed) bytes, \(needed - limit) more than the limit of \(limit); \
    lower the batch size or a width
    """
  }
}
