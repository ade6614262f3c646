import Glibc
package import Plan

/// A number type in which the reference kernels compute: `Float`, as the plan does, or `Double`, as an oracle.
package protocol ReferenceScalar: BinaryFloatingPoint, SIMDScalar, Codable, Sendable {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func pow(_ x: Self, _ y: Self) -> Self

  /// Binds a reference kernel of this type.
  ///
  /// A requirement, so that each type's witness is compiled for that type: generic code would run a hundred times
  /// slower, and callers in other modules could reach nothing else.
  static func bind(_ call: KernelCall, operand: (TensorID) -> ReferenceOperand<Self>)
    -> (RunContext) -> Void
}

extension Float: ReferenceScalar {
  package static func exp(_ x: Float) -> Float { Glibc.expf(x) }
  package static func log(_ x: Float) -> Float { Glibc.logf(x) }
  package static func log1p(_ x: Float) -> Float { Glibc.log1pf(x) }
  package static func tanh(_ x: Float) -> Float { Glibc.tanhf(x) }
  package static func erf(_ x: Float) -> Float { Glibc.erff(x) }
  package static func sin(_ x: Float) -> Float { Glibc.sinf(x) }
  package static func cos(_ x: Float) -> Float { Glibc.cosf(x) }
  package static func pow(_ x: Float, _ y: Float) -> Float { Glibc.powf(x, y) }

  package static func bind(
    _ call: KernelCall, operand: (TensorID) -> ReferenceOperand<Float>
  ) -> (RunContext) -> Void { ReferenceKernels.bind(call, operand: operand) }
}

extension Double: ReferenceScalar {
  package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  package static func log(_ x: Double) -> Double { Glibc.log(x) }
  package static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  package static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  package static func erf(_ x: Double) -> Double { Glibc.erf(x) }
  package static func sin(_ x: Double) -> Double { Glibc.sin(x) }
  package static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  package static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }

  package static func bind(
    _ call: KernelCall, operand: (TensorID) -> ReferenceOperand<Double>
  ) -> (RunContext) -> Void { ReferenceKernels.bind(call, operand: operand) }
}

extension ReferenceScalar {
  /// 1 / (1 + e^-x), without overflow on either side.
  static func sigmoid(_ x: Self) -> Self {
    if x >= 0 { return 1 / (1 + exp(-x)) }
    let power = exp(x)
    return power / (1 + power)
  }

  /// log(1 + e^x), without overflow.
  static func softplus(_ x: Self) -> Self {
    x.isNaN ? x : Swift.max(x, 0) + log1p(exp(-Swift.abs(x)))
  }

  /// The larger one, or NaN when either is.
  static func larger(_ x: Self, _ y: Self) -> Self { x.isNaN || x > y ? x : y }
  /// The smaller one, or NaN when either is.
  static func smaller(_ x: Self, _ y: Self) -> Self { x.isNaN || x < y ? x : y }
}
