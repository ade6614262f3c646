import GraphIR
import Plan

/// The state tensors of a model, each declared by the first node or optimiser that needs it.
struct StateRegistry {
  private(set) var declarations: [StateDeclaration] = []
  private var positions: [String: Int] = [:]

  subscript(name: String) -> StateDeclaration? { positions[name].map { declarations[$0] } }

  /// Declares a state, or checks that it is declared alike.
  mutating func declare(_ declaration: StateDeclaration) throws(Diagnostic) {
    guard let position = positions[declaration.name] else {
      try TensorType(declaration.element, declaration.shape).requireBounded()
      positions[declaration.name] = declarations.count
      declarations.append(declaration)
      return
    }
    let known = declarations[position]
    guard known.shape == declaration.shape, known.element == declaration.element else {
      throw Diagnostic(.shapeDiffers(known, declaration))
    }
  }

  /// The states whose names begin with `prefix` and that have this role, in order of declaration.
  func states(under prefix: String, role: StateDeclaration.Role) -> [StateDeclaration] {
    declarations.filter { $0.role == role && $0.name.hasPrefix(prefix) }
  }
}

extension Diagnostic.Message {
  fileprivate static func shapeDiffers(_ known: StateDeclaration, _ new: StateDeclaration) -> Self {
    """
    '\(known.name)' has the shape \(known.shape) in another call of this network but needs \(new.shape) here; \
    a network called twice needs inputs of the same shape (the batch axis aside)
    """
  }
}
