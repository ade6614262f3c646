import Plan

/// The buffers of one run of the interpreter, each living from its first write to its last use.
struct ReferenceMemory<Scalar: ReferenceScalar> {
  private let tensors: [PlanTensor]
  /// By call, the tensors (views excluded) that are written first, or used last, there.
  private var births: [[TensorID]]
  private var deaths: [[TensorID]]
  private var buffers: [ReferenceBuffer<UInt8>?]
  /// Tensors without a writer: inputs and states as they come.
  private var given: [TensorID] = []

  init(_ program: ReferenceProgram, kept: Set<TensorID>) {
    tensors = program.tensors
    buffers = Array(repeating: nil, count: tensors.count)
    births = Array(repeating: [], count: program.calls.count)
    deaths = births
    plan(program, kept)
  }

  private mutating func plan(_ program: ReferenceProgram, _ kept: Set<TensorID>) {
    var first: [TensorID: Int] = [:]
    var last: [TensorID: Int] = [:]
    for (index, call) in program.calls.enumerated() {
      for id in call.kernel.writes where first[base(id)] == nil { first[base(id)] = index }
      for id in call.kernel.reads + call.kernel.writes { last[base(id)] = index }
    }
    let kept = Set(kept.map(base))
    for (id, index) in first { births[index].append(id) }
    for (id, index) in last where !kept.contains(id) { deaths[index].append(id) }
    for index in tensors.indices {
      let id = TensorID(index)
      if base(id) == id, first[id] == nil, last[id] != nil || kept.contains(id) {
        given.append(id)
      }
    }
  }

  /// Copies inputs and states into the tensors that hold them.
  mutating func fill(
    inputs: [Program.Input], _ inputValues: [String: ReferenceValue<Scalar>],
    states: [StateDeclaration], _ stateValues: [String: ReferenceValue<Scalar>]
  ) throws(RuntimeError) {
    for id in given {
      let name: String
      let value: ReferenceValue<Scalar>?
      switch tensors[id.index].storage {
      case .input(let index):
        name = inputs[index].name
        value = inputValues[name]
      case .state(let index):
        name = states[index].name
        value = stateValues[name]
      case .arena, .own, .view, .transient: continue
      }
      guard let value else {
        throw RuntimeError(.missing, "expected a value for '\(name)', found none")
      }
      allocate(id)
      try value.write(to: operand(id), name: name)
    }
  }

  mutating func prepare(call: Int) { births[call].forEach { allocate($0) } }

  mutating func release(after call: Int) {
    for id in deaths[call] { buffers[id.index] = nil }
  }

  func holds(_ id: TensorID) -> Bool { buffers[base(id).index] != nil }

  /// The tensor at its place; its buffer must be alive, which the plan's check has made sure of.
  func operand(_ id: TensorID) -> ReferenceOperand<Scalar> {
    let tensor = tensors[id.index]
    guard let buffer = buffers[base(id).index] else {
      preconditionFailure("tensor \(id.index) is used outside its lifetime")
    }
    var pointer = UnsafeMutableRawPointer(buffer.pointer)
    if case .view(_, let offset) = tensor.storage {
      pointer += offset / tensor.element.size * Self.size(tensor.element)
    }
    return ReferenceOperand(
      element: tensor.element, shape: tensor.shape, strides: tensor.strides, pointer: pointer)
  }

  private mutating func allocate(_ id: TensorID) {
    let tensor = tensors[id.index]
    let elements = tensor.spanBytes / tensor.element.size
    buffers[id.index] = ReferenceBuffer(
      count: elements * Self.size(tensor.element), filledWith: 0)
  }

  private func base(_ id: TensorID) -> TensorID { tensors.base(of: id) }

  private static func size(_ element: ElementType) -> Int {
    element.isReal ? MemoryLayout<Scalar>.size : MemoryLayout<Int64>.size
  }
}
