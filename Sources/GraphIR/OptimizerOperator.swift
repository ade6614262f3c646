/// An update rule: yields a new parameter from the old one and its gradient.
///
/// Inputs: the parameter, its gradient, the learning rate (scalar), the number of this update counted from 1 (scalar),
/// then the slots. Outputs: the new parameter, then the new slots.
package protocol OptimizerOperator: CompositeOperator, NetworkOperator {
  /// What the rule remembers for a parameter of this type: names such as `m` and `v`, shapes, first values.
  func slots(for parameter: TensorType) -> [ParameterDeclaration]
}

extension OptimizerOperator {
  package static var category: Category { .optimizer }
  package static var ports: [String] { ["parameter", "gradient", "lr", "step"] }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs[0] == inputs[1] else {
      throw Diagnostic("\(name): the parameter is \(inputs[0]) but its gradient \(inputs[1])")
    }
    return [inputs[0]] + inputs.dropFirst(4)
  }
}
