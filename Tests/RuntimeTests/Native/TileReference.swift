import Foundation
import Plan
import Runtime

/// A tile program computed point by point in double: what the kernel must come close to.
struct TileReference {
  private(set) var stored: [[Int: Double]]
  private(set) var reduced: [[Int: Double]]

  init(_ call: TileCall, on bench: TensorBench) {
    stored = call.stores.map { _ in [:] }
    reduced = call.reductions.map { _ in [:] }
    for point in indices(call.extent) {
      var registers = call.loads.map { load in
        let offset = point.indices.reduce(0) {
          $0 + point[$1] / load.divisors[$1] * load.strides[$1]
        }
        let operand = bench[load.tensor]
        return operand.tensor.element == .int64
          ? Double(operand.pointer.assumingMemoryBound(to: Int64.self)[offset])
          : Double(operand.pointer.assumingMemoryBound(to: Float.self)[offset])
      }
      for step in call.instructions {
        registers.append(
          Self.evaluate(step.opcode, step.operands.map { registers[$0] }, step.immediate))
      }
      func offset(_ strides: [Int]) -> Int { zip(point, strides).reduce(0) { $0 + $1.0 * $1.1 } }
      for (index, store) in call.stores.enumerated() {
        stored[index][offset(store.strides)] = registers[store.register]
      }
      for (index, reduction) in call.reductions.enumerated() {
        let place = offset(reduction.strides), value = registers[reduction.register]
        let old = reduced[index][place]
        switch reduction.kind {
        case .sum: reduced[index][place] = (old ?? 0) + value
        case .max: reduced[index][place] = max(old ?? -.infinity, value)
        case .min: reduced[index][place] = min(old ?? .infinity, value)
        }
      }
    }
  }

  static func evaluate(_ opcode: TileOpcode, _ x: [Double], _ immediate: Double = 0) -> Double {
    switch opcode {
    case .constant: immediate
    case .negate: -x[0]
    case .abs: abs(x[0])
    case .sign: x[0].isNaN ? .nan : x[0] > 0 ? 1 : x[0] < 0 ? -1 : 0
    case .floor: floor(x[0])
    case .ceil: ceil(x[0])
    case .exp: exp(x[0])
    case .log: log(x[0])
    case .sqrt: x[0].squareRoot()
    case .rsqrt: 1 / x[0].squareRoot()
    case .reciprocal: 1 / x[0]
    case .tanh: tanh(x[0])
    case .sigmoid: 1 / (1 + exp(-x[0]))
    case .softplus: max(x[0], 0) + log1p(exp(-abs(x[0])))
    case .erf: erf(x[0])
    case .sin: sin(x[0])
    case .cos: cos(x[0])
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .maximum: x[0].isNaN || x[1].isNaN ? .nan : max(x[0], x[1])
    case .minimum: x[0].isNaN || x[1].isNaN ? .nan : min(x[0], x[1])
    case .power: pow(x[0], x[1])
    case .less: x[0] < x[1] ? 1 : 0
    case .lessEqual: x[0] <= x[1] ? 1 : 0
    case .equal: x[0] == x[1] ? 1 : 0
    case .select: x[0] != 0 ? x[1] : x[2]
    case .fma: x[0] * x[1] + x[2]
    }
  }
}
