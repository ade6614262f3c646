package import GraphIR
package import Plan

/// Random whole numbers, low ≤ y < high, as indices.
///
/// ```yaml
/// - random_integers: { as: label, shape: [batch], high: classes }
/// ```
package struct RandomIntegers: RandomOperator, NetworkOperator {
  package static let name = "random_integers"
  package static let summary = "whole numbers (i64), low ≤ y < high"
  package static let category = Category.random
  package static let ports: [String] = []

  private let shape: [Int]
  private let low: Int
  private let high: Int

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents")
    low = try attributes.int("low", default: 0, "the least that may come")
    high = try attributes.int("high", "one above the greatest that may come")
    guard low < high else { throw Diagnostic(.emptyRange(low, high)) }
  }

  package var attributes: [Attribute] {
    [
      Attribute("shape", .integers(shape)), Attribute("low", .integer(low)),
      Attribute("high", .integer(high)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(0) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try drawnType(shape, of: .int64, for: name)
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    context.draw(.integers(low: low, high: high))
  }
}

extension Diagnostic.Message {
  fileprivate static func emptyRange(_ low: Int, _ high: Int) -> Self {
    "random_integers: 'low' must be below 'high', got \(low) and \(high)"
  }
}
