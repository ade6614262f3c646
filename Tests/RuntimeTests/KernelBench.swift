import Plan
import Runtime

/// Runs one kernel call, alone in a reference program, on row-major operands.
struct KernelBench<Scalar: ReferenceScalar> {
  /// The call's operands are numbered in the order in which they are added.
  private var tensors: [PlanTensor] = []
  private var inputs: [Program.Input] = []
  private var values: [String: ReferenceValue<Scalar>] = [:]
  private var outputs: [Program.NamedTensor] = []

  /// A tensor that the call reads.
  mutating func read(_ shape: [Int], _ elements: [Scalar]) -> TensorID {
    read(ReferenceValue(shape: shape, elements), .float32)
  }

  mutating func read(_ shape: [Int], integers: [Int64]) -> TensorID {
    read(ReferenceValue(shape: shape, integers: integers), .int64)
  }

  private mutating func read(_ value: ReferenceValue<Scalar>, _ element: ElementType) -> TensorID {
    let id = TensorID(tensors.count)
    let name = "t\(id.index)"
    inputs.append(Program.Input(name: name, tensor: id, source: .caller))
    values[name] = value
    add(element, value.shape, .input(inputs.count - 1))
    return id
  }

  /// A tensor that the call writes.
  mutating func write(_ shape: [Int], _ element: ElementType = .float32) -> TensorID {
    let id = TensorID(tensors.count)
    outputs.append(Program.NamedTensor(name: "t\(id.index)", tensor: id))
    add(element, shape, .own)
    return id
  }

  private mutating func add(_ element: ElementType, _ shape: [Int], _ storage: PlanTensor.Storage) {
    tensors.append(
      PlanTensor(
        element: element, shape: shape, strides: Layout.strides(shape), storage: storage))
  }

  /// The results in the order in which they were added.
  func run(_ calls: KernelCall..., step: UInt64 = 0) throws -> [ReferenceValue<Scalar>] {
    let program = ReferenceProgram(
      inputs: inputs, outputs: outputs, values: [], tensors: tensors,
      calls: calls.map { Call($0, label: "") })
    let run = try ReferenceInterpreter<Scalar>(program, states: []).run(
      inputs: values, context: RunContext(seed: 0, step: step))
    return try outputs.map { try run.value($0.name) }
  }
}

/// Numbers without a pattern, from a stream of their own for each name.
func numbers(_ count: Int, _ name: String) -> [Double] {
  var numbers = Array(repeating: 0.0, count: count)
  RandomStream(name: name, seed: 1).draw(count, from: .normal(mean: 0, std: 1)) {
    numbers[$0] = $1
  }
  return numbers
}

func product(_ shape: [Int]) -> Int { shape.reduce(1, *) }

func dot(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
}
