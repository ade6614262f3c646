package import Plan

/// An operator that a YAML file may name.
package protocol NetworkOperator: Operator {
  /// What it computes, in one line with the formula, for `planform operators`.
  static var summary: String { get }

  /// The section of the catalogue: "convolution", "activation", "loss", …
  static var category: Category { get }

  /// The names of the inputs that a node's `from` gives (by position or by these names); weights not among them.
  static var ports: [String] { get }

  /// The names of the outputs that YAML can see, the principal one first.
  var outputNames: [String] { get }

  /// Weights and statistics that every node of this kind owns; they become inputs behind those of `from`, in order.
  func parameters(_ inputs: [TensorType]) throws(Diagnostic) -> [ParameterDeclaration]
}

extension NetworkOperator {
  package static var ports: [String] { ["x"] }
  package var outputNames: [String] { ["y"] }
  package func parameters(_ inputs: [TensorType]) throws(Diagnostic) -> [ParameterDeclaration] {
    []
  }
}

/// The sections of the operator catalogue, in the order of printing.
package enum Category: String, Sendable, CaseIterable {
  case convolution, linear, normalization, activation, arithmetic, resampling, pooling, shape
  case reduction, indexing, random, loss, optimizer, gradient
}

/// A weight or a running statistic of a node.
package struct ParameterDeclaration: Sendable {
  /// What the node calls it, such as `weight`, `bias` or `running_mean`.
  package var name: String
  package var shape: [Int]
  package var initializer: Initializer
  package var role: StateDeclaration.Role
  /// For a statistic: the output of the node that is its new value, if the node updates it.
  package var updatedBy: Int?
  /// Inputs to one output unit, and outputs that one input reaches; what Kaiming and Xavier initialisers divide by.
  package var fanIn: Int
  package var fanOut: Int

  package init(
    _ name: String, _ shape: [Int], initializer: Initializer,
    role: StateDeclaration.Role = .parameter,
    updatedBy: Int? = nil, fanIn: Int = 1, fanOut: Int = 1
  ) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
    self.updatedBy = updatedBy
    self.fanIn = fanIn
    self.fanOut = fanOut
  }
}

/// All operators by name: the language builds nodes from it, the textual form reads with it.
package struct OperatorCatalog: Sendable {
  private let types: [String: any Operator.Type]

  package init(_ all: [any Operator.Type]) {
    types = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
  }

  private init(types: [String: any Operator.Type]) { self.types = types }

  /// The same catalogue with further operators, such as those that only passes make.
  package func adding(_ more: [any Operator.Type]) -> OperatorCatalog {
    OperatorCatalog(
      types: types.merging(more.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  package subscript(name: String) -> (any Operator.Type)? { types[name] }

  package func networkOperator(_ name: String) -> (any NetworkOperator.Type)? {
    types[name] as? any NetworkOperator.Type
  }

  /// What YAML may name, in alphabetical order.
  package var networkOperators: [any NetworkOperator.Type] {
    types.values.compactMap { $0 as? any NetworkOperator.Type }.sorted { $0.name < $1.name }
  }

  /// Builds an operator from attributes given in Swift.
  package func make(_ name: String, _ attributes: [Attribute] = []) throws(Diagnostic)
    -> any Operator
  {
    guard let type = types[name] else { throw Diagnostic("there is no operator '\(name)'") }
    var reader = AttributeReader(attributes, of: name)
    let op = try type.init(&reader)
    try reader.finish()
    return op
  }
}
