extension Expression.Node {
  /// The references of the formula, in order of appearance; those inside ranges and keywords aside.
  var references: [Reference] {
    switch kind {
    case .reference(let reference): [reference]
    case .negation(let operand), .not(let operand): operand.references
    case .binary(_, let left, let right): left.references + right.references
    case .conditional(let condition, let then, let otherwise):
      condition.references + then.references + otherwise.references
    case .call(_, let arguments, _): arguments.flatMap(\.references)
    case .number, .boolean, .text: []
    }
  }
}
