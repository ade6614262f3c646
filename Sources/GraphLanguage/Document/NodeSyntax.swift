package import GraphIR

/// One node of a chain as it is written: `- conv2d: {as: c1, from: x, features: 64}`.
package struct NodeSyntax: Sendable {
  /// Where a node's inputs come from.
  package enum Inputs: Sendable {
    /// No `from`: the previous node's output.
    case previous
    case one(Reference)
    case list([Reference])
    case ports([(port: Name, reference: Reference)])
  }

  package enum Form: Sendable {
    /// An operator, a block or a network: whichever `kind` names.
    case call
    /// `repeat: {times:, index:, nodes:}` unrolls a chain.
    case repetition(times: Expression, index: Name?, nodes: [NodeSyntax])
    /// `branches: {nodes: [[...], [...]]}` runs chains side by side; an empty chain passes its input on.
    case branches([[NodeSyntax]])
    /// `branches: {count:, index:, nodes: [...]}` runs copies of one chain side by side.
    case copies(count: Expression, index: Name?, nodes: [NodeSyntax])
    /// `loss: {as:, value:}`: a formula that gives a scalar.
    case loss(Expression)
    /// `compute: {as:, value:}`: a formula over tensors.
    case compute(Expression)
    /// `minimize: {loss:, with:}`; one optimizer or a list.
    case minimize(loss: Reference, optimizers: [Name])
    /// `gradient: {as:, of:, to:}`.
    case gradient(of: Expression, to: [Reference])
    /// `average: {network:, into:, decay:}`.
    case average(network: Name, into: Name, decay: Expression)
  }

  /// The place of the node's key.
  package var location: SourceLocation
  /// The key: an operator, a block, a network, or a structural word.
  package var kind: String
  package var form: Form
  /// `as`.
  package var name: Name?
  package var inputs: Inputs
  /// The condition under which the node exists.
  package var when: Expression?
  /// `init`: initialisers of this node's own parameters, by parameter name.
  package var initializers: [Attribute]
  /// What remains: the attributes of an operator, the arguments of a block, `mode` of a network's call.
  package var attributes: [Attribute]

  package func attribute(_ key: String) -> Attribute? { attributes.first { $0.key == key } }

  /// Words that name a node's form and nothing else.
  package static let structuralWords: Set<String> = [
    "repeat", "branches", "loss", "compute", "minimize", "gradient", "average",
  ]
}
