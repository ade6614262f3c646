package import GraphIR
package import Plan

/// Normally distributed random numbers.
///
/// ```yaml
/// - normal: { as: noise, shape: [batch, z_dim] }
/// ```
package struct Normal: RandomOperator, NetworkOperator {
  package static let name = "normal"
  package static let summary = "draws from N(mean, std²)"
  package static let category = Category.random
  package static let ports: [String] = []

  private let shape: [Int]
  private let mean: Double
  private let std: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents")
    mean = try attributes.number("mean", default: 0, "their mean")
    std = try attributes.number("std", default: 1, "their standard deviation")
  }

  package var attributes: [Attribute] {
    [
      Attribute("shape", .integers(shape)), Attribute("mean", .real(mean)),
      Attribute("std", .real(std)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(0) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try drawnType(shape, for: name)
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    context.draw(.normal(mean: mean, std: std))
  }
}
