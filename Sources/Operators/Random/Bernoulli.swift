package import GraphIR
package import Plan

/// Random ones and zeros.
///
/// ```yaml
/// - bernoulli: { as: coin, shape: [batch, 1], probability: 0.5 }
/// ```
package struct Bernoulli: RandomOperator, NetworkOperator {
  package static let name = "bernoulli"
  package static let summary = "1 with the given probability, else 0"
  package static let category = Category.random
  package static let ports: [String] = []

  private let shape: [Int]
  private let probability: Double

  // MARK: Attributes
  package init(shape: [Int], probability: Double) {
    self.shape = shape
    self.probability = probability
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents")
    probability = try attributes.number("probability", default: 0.5, "how often a 1 comes")
    guard 0...1 ~= probability else { throw Diagnostic(.notAProbability(probability)) }
  }

  package var attributes: [Attribute] {
    [Attribute("shape", .integers(shape)), Attribute("probability", .real(probability))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(0) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try drawnType(shape, for: name)
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    context.draw(.bernoulli(probability: probability))
  }
}

extension Diagnostic.Message {
  fileprivate static func notAProbability(_ probability: Double) -> Self {
    "bernoulli: 'probability' must be between 0 and 1, got \(probability)"
  }
}
