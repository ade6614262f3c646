import GraphIR
import Operators
import Plan

/// Identities of elementwise arithmetic.
///
/// A rule that leaves only one operand stretches it to the result's shape, since operands broadcast.
extension Simplifier {
  mutating func arithmeticallySimplified(_ node: Node) throws(Diagnostic) -> Value? {
    switch node.op {
    case is Add: try simplifiedSum(node)
    case is Subtract: try simplifiedDifference(node)
    case is Multiply: try simplifiedProduct(node)
    case is Divide: try simplifiedQuotient(node)
    case is Power: try simplifiedPower(node)
    case is Negate: try simplifiedNegative(node)
    case is Square: try simplifiedSquare(node)
    case is Where: try simplifiedChoice(node)
    case is StopGradient: passedOn(node)
    default: nil
    }
  }

  /// `x + 0 = x`, `(x + a) + b = x + (a + b)`, `x + (-y) = x - y`.
  private mutating func simplifiedSum(_ node: Node) throws(Diagnostic) -> Value? {
    guard node.inputs.count == 2 else {
      guard node.inputs.count == 1 else { return nil }
      applied("sum of one = x")
      return node.inputs[0]
    }
    let (x, y) = constantLast(node)
    if let b = number(y) {
      if b == 0 {
        applied("x + 0 = x")
        return try stretch(x, like: node.outputs[0])
      }
      if let inner = definition(of: x), inner.op is Add, inner.inputs.count == 2,
        case let (z, c) = constantLast(inner), let a = number(c)
      {
        return try combined("(x + a) + b = x + (a + b)", Add(), z, a + b, like: node.outputs[0])
      }
      return nil
    }
    for (positive, other) in [(x, y), (y, x)] {
      guard let negative = definition(of: other), negative.op is Negate else { continue }
      applied("x + (-y) = x - y")
      return try build(Subtract(), [positive, negative.inputs[0]])
    }
    return try simplifiedSumOfPads(node)
  }

  /// `x - 0 = x`, `0 - x = -x`, `x - (-y) = x + y`.
  private mutating func simplifiedDifference(_ node: Node) throws(Diagnostic) -> Value? {
    let (x, y) = (node.inputs[0], node.inputs[1])
    if number(y) == 0 {
      applied("x - 0 = x")
      return try stretch(x, like: node.outputs[0])
    }
    if number(x) == 0 {
      applied("0 - x = -x")
      return try stretch(build(Negate(), [y]), like: node.outputs[0])
    }
    if let negative = definition(of: y), negative.op is Negate {
      applied("x - (-y) = x + y")
      return try build(Add(), [x, negative.inputs[0]])
    }
    return nil
  }

  /// `x · 1 = x`, `x · -1 = -x`, `(x · a) · b = x · (a · b)`, `(-x) · a = x · (-a)`.
  private mutating func simplifiedProduct(_ node: Node) throws(Diagnostic) -> Value? {
    let (x, y) = constantLast(node)
    guard let b = number(y) else { return nil }
    if b == 1 {
      applied("x · 1 = x")
      return try stretch(x, like: node.outputs[0])
    }
    if b == -1 {
      applied("x · -1 = -x")
      return try stretch(build(Negate(), [x]), like: node.outputs[0])
    }
    guard let inner = definition(of: x) else { return nil }
    if inner.op is Negate {
      return try combined(
        "(-x) · a = x · (-a)", Multiply(), inner.inputs[0], -b, like: node.outputs[0])
    }
    // Products beyond the range of f32 would overflow or vanish where the two factors do not.
    if inner.op is Multiply, case let (z, c) = constantLast(inner), let a = number(c),
      Float(a * b).isNormal
    {
      return try combined(
        "(x · a) · b = x · (a · b)", Multiply(), z, a * b, like: node.outputs[0])
    }
    return nil
  }

  /// `x / 1 = x`; `x / c = x · (1 / c)` where that is exact, that is where c is a power of two.
  private mutating func simplifiedQuotient(_ node: Node) throws(Diagnostic) -> Value? {
    guard let divisor = number(node.inputs[1]), divisor.isNormal,
      divisor.magnitude.significand == 1, Float(1 / divisor).isNormal
    else { return nil }
    return try combined(
      "x / 2^k = x · 2^-k", Multiply(), node.inputs[0], 1 / divisor, like: node.outputs[0])
  }

  /// `x ^ 1 = x`, `x ^ 2 = square(x)`, `x ^ ½ = √x`, `x ^ -½ = 1 / √x`.
  ///
  /// Of all numbers, only -∞ has another square root than ½th power: NaN, not ∞.
  private mutating func simplifiedPower(_ node: Node) throws(Diagnostic) -> Value? {
    guard let exponent = number(node.inputs[1]) else { return nil }
    let base = node.inputs[0]
    let power: Value
    switch exponent {
    case 1: power = base
    case 2: power = try build(Square(), [base])
    case 0.5: power = try build(SquareRoot(), [base])
    case -0.5: power = try build(ReciprocalSquareRoot(), [base])
    default: return nil
    }
    applied("x ^ \(exponent)")
    return try stretch(power, like: node.outputs[0])
  }

  /// `-(-x) = x`.
  private mutating func simplifiedNegative(_ node: Node) throws(Diagnostic) -> Value? {
    guard let inner = definition(of: node.inputs[0]), inner.op is Negate else { return nil }
    applied("-(-x) = x")
    return inner.inputs[0]
  }

  /// Gradients have been taken: what stopped them is an identity now.
  private mutating func passedOn(_ node: Node) -> Value? {
    applied("removed stop_gradient")
    return node.inputs[0]
  }

  /// `(-x)² = |x|² = x²`.
  private mutating func simplifiedSquare(_ node: Node) throws(Diagnostic) -> Value? {
    guard let inner = definition(of: node.inputs[0]), inner.op is Negate || inner.op is Absolute
    else { return nil }
    applied("(-x)² = x²")
    return try build(Square(), [inner.inputs[0]])
  }

  /// A choice by a constant, and one between equals.
  private mutating func simplifiedChoice(_ node: Node) throws(Diagnostic) -> Value? {
    let (a, b) = (node.inputs[1], node.inputs[2])
    let chosen: Value
    if let condition = number(node.inputs[0]) {
      chosen = condition != 0 ? a : b
    } else if a == b {
      chosen = a
    } else {
      return nil
    }
    applied("where by a constant")
    return try stretch(chosen, like: node.outputs[0])
  }

  // MARK: Pieces

  /// The operands of a commutative operator, a constant behind the other one.
  private func constantLast(_ node: Node) -> (Value, Value) {
    let (x, y) = (node.inputs[0], node.inputs[1])
    return number(x) != nil ? (y, x) : (x, y)
  }

  /// `op(x, number)` in the type of `result`.
  private mutating func combined(
    _ rule: String, _ op: any Operator, _ x: Value, _ number: Double, like result: Value
  ) throws(Diagnostic) -> Value {
    applied(rule)
    let constant = try build(Constant(number, shape: []), [])
    return try stretch(build(op, [x, constant]), like: result)
  }
}
