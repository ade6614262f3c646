package import GraphIR

/// A formula of the language, over numbers (attributes) or over tensors (`loss`, `compute`).
///
/// Only the evaluation over numbers lives in this folder; the elaborator gives tensors their meaning by walking `root`.
package struct Expression: Sendable {
  /// The formula as it was written.
  package var text: String
  package var root: Node

  package var location: SourceLocation { root.location }

  /// A part of a formula and the place of its first character (for operators: of the operator).
  package struct Node: Sendable {
    package var kind: Kind
    package var location: SourceLocation
    /// Levels of the tree below and including this one, bounded so that nobody's recursion runs out of stack.
    let height: Int
  }

  package indirect enum Kind: Sendable {
    case number(Number)
    case boolean(Bool)
    /// `'simple'`, to be compared with a parameter that is text.
    case text(String)
    case reference(Reference)
    case negation(Node)
    case not(Node)
    case binary(BinaryOperator, Node, Node)
    case conditional(condition: Node, then: Node, otherwise: Node)
    case call(function: String, arguments: [Node], keywords: [KeywordArgument])
  }

  package struct KeywordArgument: Sendable {
    package var name: String
    package var location: SourceLocation
    package var value: Node
  }

  package enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "**"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and
    case or
  }
}
