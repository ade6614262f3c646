package import GraphIR
package import Plan

/// Normally distributed random numbers, redrawn beyond two standard deviations.
///
/// ```yaml
/// - truncated_normal: { as: epsilon, shape: [batch, cond_dim] }
/// ```
package struct TruncatedNormal: RandomOperator, NetworkOperator {
  package static let name = "truncated_normal"
  package static let summary = "draws from N(mean, std²), redrawn beyond 2 std"
  package static let category = Category.random
  package static let ports: [String] = []

  private let shape: [Int]
  private let mean: Double
  private let std: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    shape = try attributes.ints("shape", "all extents")
    mean = try attributes.number("mean", default: 0, "their mean")
    std = try attributes.number("std", default: 1, "their standard deviation before truncation")
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
    context.draw(.truncatedNormal(mean: mean, std: std))
  }
}
