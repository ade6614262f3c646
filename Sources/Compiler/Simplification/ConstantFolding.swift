import Foundation
import GraphIR
import Operators
import Plan

extension Simplifier {
  /// An elementwise function of constants is a constant, and so are its reshaped, stretched and summed forms.
  ///
  ///     %0: f32[] = constant() {value: 2.0}
  ///     %1: f32[] = square(%0)                       // constant() {value: 4.0}
  ///     %2: f32[3] = broadcast_to(%1) {shape: [3]}   // constant() {value: 4.0, shape: [3]}
  mutating func folded(_ node: Node) throws(Diagnostic) -> Value? {
    guard !node.inputs.isEmpty else { return nil }
    var numbers = [Double]()
    for input in node.inputs {
      guard let number = number(input) else { return nil }
      numbers.append(number)
    }
    let result: Double
    switch node.op {
    case let op as any ElementwiseOperator:
      var body = TileBody()
      let loads = numbers.map { _ in body.load() }
      let results = op.emit(loads, into: &body)
      guard results.count == 1 else { return nil }
      result = body.value(of: results[0], where: zip(loads, numbers))
    case is any ReshapeOperator, is BroadcastTo, is Transpose: result = numbers[0]
    case is Sum:
      let type = graph.type(of: node.inputs[0])
      result = numbers[0] * Double(type.count / graph.type(of: node.outputs[0]).count)
    default: return nil
    }
    // The plan's text has no spelling for infinities.
    guard result.isFinite else { return nil }
    applied("folded \(node.op.name)")
    return try build(Constant(result, shape: graph.type(of: node.outputs[0]).shape), [])
  }
}

extension TileBody {
  /// One register's value at a point at which the loads have the given values.
  fileprivate func value(
    of result: TileRegister, where loads: some Sequence<(TileRegister, Double)>
  ) -> Double {
    var values = Dictionary(uniqueKeysWithValues: loads.map { ($0.0.id, $0.1) })
    for item in items {
      let operands = item.operands.map { values[$0.id] ?? .nan }
      values[item.register.id] = item.opcode.evaluate(operands, immediate: item.immediate)
    }
    return values[result.id] ?? .nan
  }
}

extension TileOpcode {
  /// The result of one instruction in double precision; operands are as many as the arity says.
  fileprivate func evaluate(_ x: [Double], immediate: Double) -> Double {
    switch arity {
    case 0: immediate
    case 1: unary(x[0])
    case 2: binary(x[0], x[1])
    default: self == .fma ? x[0] * x[1] + x[2] : x[0] != 0 ? x[1] : x[2]
    }
  }

  private func unary(_ x: Double) -> Double {
    switch self {
    case .negate: -x
    case .abs: Swift.abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .softplus: max(x, 0) + log1p(Foundation.exp(-Swift.abs(x)))
    case .erf: Foundation.erf(x)
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    default: .nan
    }
  }

  private func binary(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .maximum: max(x, y)
    case .minimum: min(x, y)
    case .power: pow(x, y)
    case .less: x < y ? 1 : 0
    case .lessEqual: x <= y ? 1 : 0
    case .equal: x == y ? 1 : 0
    default: .nan
    }
  }
}
