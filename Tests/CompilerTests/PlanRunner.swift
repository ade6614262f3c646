import Foundation
import Plan

/// Runs tiles, copies and moments of a program in double precision, in the memory that the plan assigns.
///
/// Slow and plain: what the planner's tests compare optimised and reference programs with.
struct PlanRunner {
  let tensors: [PlanTensor]
  let calls: [Call]
  private var memory: [Region: [Int: Double]] = [:]

  /// A piece of memory that no other overlaps.
  private enum Region: Hashable { case arena, state(Int), input(Int), own(Int) }

  init(_ program: Program) { (tensors, calls) = (program.tensors, program.calls) }

  init(_ program: ReferenceProgram) { (tensors, calls) = (program.tensors, program.calls) }

  mutating func run() { for call in calls { run(call.kernel) } }

  // MARK: Memory

  private func place(_ id: TensorID, _ element: Int) -> (Region, Int) {
    let tensor = tensors[id.index]
    let byte = element * tensor.element.size
    switch tensor.storage {
    case .arena(let offset): return (.arena, offset + byte)
    case .state(let index): return (.state(index), byte)
    case .input(let index): return (.input(index), byte)
    case .own, .transient: return (.own(id.index), byte)
    case .view(let root, let offset):
      let (region, start) = place(root, 0)
      return (region, start + offset + byte)
    }
  }

  /// Reading what nobody wrote gives not-a-number, which no comparison forgives.
  subscript(id: TensorID, element: Int) -> Double {
    get {
      let (region, byte) = place(id, element)
      return memory[region]?[byte] ?? .nan
    }
    set {
      let (region, byte) = place(id, element)
      memory[region, default: [:]][byte] = newValue
    }
  }

  /// The elements of a tensor in row-major order.
  subscript(id: TensorID) -> [Double] {
    get {
      let tensor = tensors[id.index]
      return Self.points(tensor.shape).map { self[id, Self.offset($0, tensor.strides)] }
    }
    set {
      let tensor = tensors[id.index]
      for (point, value) in zip(Self.points(tensor.shape), newValue) {
        self[id, Self.offset(point, tensor.strides)] = value
      }
    }
  }

  mutating func setState(_ index: Int, shape: [Int], to values: [Double]) {
    let strides = Layout.strides(shape)
    for (point, value) in zip(Self.points(shape), values) {
      memory[.state(index), default: [:]][Self.offset(point, strides) * 4] = value
    }
  }

  func state(_ index: Int, shape: [Int]) -> [Double] {
    let strides = Layout.strides(shape)
    return Self.points(shape).map {
      memory[.state(index)]?[Self.offset($0, strides) * 4] ?? .nan
    }
  }

  static func points(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { points, extent in
      points.flatMap { point in (0..<extent).map { point + [$0] } }
    }
  }

  static func offset(_ point: [Int], _ strides: [Int], _ divisors: [Int]? = nil) -> Int {
    point.indices.reduce(0) { $0 + point[$1] / (divisors?[$1] ?? 1) * strides[$1] }
  }

  // MARK: Kernels

  private mutating func run(_ kernel: KernelCall) {
    switch kernel {
    case .tile(let call): run(call)
    case .tileList(let list): for tile in list.tiles { run(tile) }
    case .copy(let call):
      for point in Self.points(call.extent) {
        self[call.target, call.targetOffset + Self.offset(point, call.targetStrides)] =
          self[call.source, call.sourceOffset + Self.offset(point, call.sourceStrides)]
      }
    case .moments(let call): run(call)
    default: preconditionFailure("the toys need no \(kernel.name)")
    }
  }

  private mutating func run(_ call: TileCall) {
    var sums = call.reductions.map { _ in [Int: Double]() }
    for point in Self.points(call.extent) {
      var registers = call.loads.map {
        self[$0.tensor, Self.offset(point, $0.strides, $0.divisors)]
      }
      for instruction in call.instructions {
        registers.append(Self.compute(instruction, registers))
      }
      for store in call.stores {
        self[store.tensor, Self.offset(point, store.strides)] = registers[store.register]
      }
      for (index, reduction) in call.reductions.enumerated() {
        sums[index][Self.offset(point, reduction.strides), default: 0] +=
          registers[reduction.register]
      }
    }
    for (reduction, sums) in zip(call.reductions, sums) {
      for (element, sum) in sums { self[reduction.tensor, element] = sum }
    }
  }

  private mutating func run(_ call: MomentsCall) {
    let tensor = tensors[call.source.index]
    let points = Self.points(tensor.shape)
    for channel in 0..<tensor.shape[1] {
      let values = points.filter { $0[1] == channel }.map {
        self[call.source, Self.offset($0, tensor.strides)]
      }
      let mean = values.reduce(0, +) / Double(values.count)
      self[call.mean, channel] = mean
      self[call.variance, channel] =
        values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
    }
  }

  private static func compute(_ instruction: TileInstruction, _ registers: [Double]) -> Double {
    let x = instruction.operands.map { registers[$0] }
    return switch instruction.opcode {
    case .constant: instruction.immediate
    case .negate: -x[0]
    case .exp: exp(x[0])
    case .tanh: tanh(x[0])
    case .sqrt: x[0].squareRoot()
    case .rsqrt: 1 / x[0].squareRoot()
    case .add: x[0] + x[1]
    case .subtract: x[0] - x[1]
    case .multiply: x[0] * x[1]
    case .divide: x[0] / x[1]
    case .maximum: max(x[0], x[1])
    case .minimum: min(x[0], x[1])
    case .less: x[0] < x[1] ? 1 : 0
    case .select: x[0] != 0 ? x[1] : x[2]
    case .fma: x[0] * x[1] + x[2]
    default: preconditionFailure("the toys need no \(instruction.opcode)")
    }
  }
}
