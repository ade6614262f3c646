package import GraphIR
import Plan

/// Elementwise nodes, for gradient rules, expansions and passes; operands broadcast.
extension Graph {
  /// A float tensor whose elements are all equal; a scalar unless a shape is given.
  package mutating func constant(
    _ value: Double, shape: [Int] = []
  ) throws(Diagnostic) -> Value {
    try apply(Constant(value, shape: shape))
  }

  package mutating func add(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Add(), left, right)
  }

  /// The sum of those that are there; nil if none is.
  package mutating func addIfPresent(
    _ left: Value?, _ right: Value?
  ) throws(Diagnostic) -> Value? {
    guard let left, let right else { return left ?? right }
    return try add(left, right)
  }

  package mutating func add(_ left: Value, _ right: Double) throws(Diagnostic) -> Value {
    try add(left, constant(right))
  }

  package mutating func subtract(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Subtract(), left, right)
  }

  package mutating func multiply(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Multiply(), left, right)
  }

  package mutating func multiply(_ left: Value, _ right: Double) throws(Diagnostic) -> Value {
    try multiply(left, constant(right))
  }

  package mutating func divide(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Divide(), left, right)
  }

  package mutating func negate(_ x: Value) throws(Diagnostic) -> Value { try apply(Negate(), x) }

  package mutating func square(_ x: Value) throws(Diagnostic) -> Value { try apply(Square(), x) }

  package mutating func power(_ base: Value, _ exponent: Value) throws(Diagnostic) -> Value {
    try apply(Power(), base, exponent)
  }

  package mutating func sqrt(_ x: Value) throws(Diagnostic) -> Value {
    try apply(SquareRoot(), x)
  }

  package mutating func rsqrt(_ x: Value) throws(Diagnostic) -> Value {
    try apply(ReciprocalSquareRoot(), x)
  }

  package mutating func exp(_ x: Value) throws(Diagnostic) -> Value { try apply(Exponential(), x) }

  package mutating func log(_ x: Value) throws(Diagnostic) -> Value { try apply(Logarithm(), x) }

  package mutating func tanh(_ x: Value) throws(Diagnostic) -> Value { try apply(Tanh(), x) }

  package mutating func sigmoid(_ x: Value) throws(Diagnostic) -> Value { try apply(Sigmoid(), x) }

  package mutating func softplus(_ x: Value) throws(Diagnostic) -> Value {
    try apply(Softplus(), x)
  }

  package mutating func relu(_ x: Value) throws(Diagnostic) -> Value { try apply(Relu(), x) }

  /// 1 where `left` < `right`, else 0.
  package mutating func less(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Less(), left, right)
  }

  package mutating func lessEqual(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(LessEqual(), left, right)
  }

  package mutating func equal(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
    try apply(Equal(), left, right)
  }

  /// 1 where x > 0, else 0.
  package mutating func isPositive(_ x: Value) throws(Diagnostic) -> Value {
    try less(constant(0), x)
  }

  /// `chosen` where the condition is not 0, else `other`.
  package mutating func select(
    _ condition: Value, _ chosen: Value, else other: Value
  ) throws(Diagnostic) -> Value {
    try apply(Where(), condition, chosen, other)
  }

  package mutating func stopGradient(_ x: Value) throws(Diagnostic) -> Value {
    try apply(StopGradient(), x)
  }
}
