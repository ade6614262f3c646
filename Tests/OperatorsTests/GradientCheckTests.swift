import GraphIR
import Operators
import Plan
import Testing

/// Every gradient rule against central differences in float64: h = 1e-6, atol 1e-5, rtol 1e-3.
@Suite struct GradientCheckTests {
  /// All operators through which gradients pass, by name.
  private static let names = Set(OperatorExamples.all.map(\.name)).sorted()

  @Test(arguments: names)
  func `gradients agree with differences`(_ name: String) throws {
    for example in OperatorExamples.of(name) {
      var check = try GradientCheck(example)
      let slopes = try check.slopes(order: 1)
      #expect(GradientCheck.agree(slopes), "\(example.testDescription): \(slopes)")
    }
  }

  /// What R1 and its like need, and everything else that has a second derivative worth the name.
  private static let secondOrder = [
    "conv2d", "linear", "leaky_relu", "avg_pool", "add", "mul", "sum", "mean", "reshape", "gather",
    "sigmoid", "softplus",
  ]

  @Test(arguments: secondOrder)
  func `second gradients agree with differences`(_ name: String) throws {
    for example in OperatorExamples.of(name) {
      var check = try GradientCheck(example)
      let slopes = try check.slopes(order: 2)
      #expect(GradientCheck.agree(slopes), "\(example.testDescription): \(slopes)")
    }
  }

  @Test(arguments: names.filter { !secondOrder.contains($0) })
  func `second gradients of the others agree for some shapes`(_ name: String) throws {
    let examples = OperatorExamples.of(name)
    for example in examples.enumerated().filter({ $0.offset % 7 == 3 }).map(\.element) {
      var check = try GradientCheck(example)
      let slopes = try check.slopes(order: 2)
      #expect(GradientCheck.agree(slopes), "\(example.testDescription): \(slopes)")
    }
  }
}
