package import GraphIR
package import Plan

/// Random numbers spread evenly between two bounds.
///
/// ```yaml
/// - uniform: { as: noise, shape: [batch, z_dim], low: -1, high: 1 }
/// ```
package struct Uniform: RandomOperator, NetworkOperator {
  package static let name = "uniform"
  package static let summary = "draws from low ≤ y < high"
  package static let category = Category.random
  package static let ports: [String] = []

  private let shape: [Int]
  private let low: Double
  private let high: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents")
    low = try attributes.number("low", default: 0, "the least that may come")
    high = try attributes.number("high", default: 1, "the bound above, which does not come")
    guard low <= high else { throw Diagnostic(.emptyRange(low, high)) }
  }

  package var attributes: [Attribute] {
    [
      Attribute("shape", .integers(shape)), Attribute("low", .real(low)),
      Attribute("high", .real(high)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(0) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try drawnType(shape, for: name)
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    context.draw(.uniform(low: low, high: high))
  }
}

extension Diagnostic.Message {
  fileprivate static func emptyRange(_ low: Double, _ high: Double) -> Self {
    "uniform: 'low' must not be above 'high', got \(low) and \(high)"
  }
}
