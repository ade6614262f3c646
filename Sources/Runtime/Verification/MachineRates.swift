import Plan

/// What this machine achieves with the runtime's own kernels: the measure for all others.
package struct MachineRates {
  /// A product of two square matrices.
  package let gigaflopsPerSecond: Double
  /// A copy that no cache holds, bytes read and written.
  package let gigabytesPerSecond: Double

  private static let side = 1536
  private static let length = 16 << 20

  /// Measures both; takes about a fifth of a second.
  package init() throws(RuntimeError) {
    let plan = Plan(
      model: "machine", sourceHash: "", parameters: [:], states: [], data: [],
      programs: [Self.product, Self.copy], report: [])
    let session = try Session(plan: plan, seed: 0)
    gigaflopsPerSecond = try Self.profile("product", session, iterations: 10).gigaflopsPerSecond
    gigabytesPerSecond = try Self.profile("copy", session, iterations: 5).gigabytesPerSecond
  }

  private static func profile(
    _ name: String, _ session: Session, iterations: Int
  ) throws(RuntimeError) -> CallProfile {
    let bound = try session.bind(name)
    try bound.inputBuffer("x").bindMemory(to: Float.self).initialize(repeating: 1)
    return try bound.profile(RunContext(seed: 0, step: 0), iterations: iterations).calls[0]
  }

  private static var product: Program {
    let call = MatmulCall(left: TensorID(0), right: TensorID(0), target: TensorID(1))
    return program("product", shape: [side, side], .matmul(call))
  }

  private static var copy: Program {
    let call = CopyCall(
      source: TensorID(0), target: TensorID(1), extent: [length], sourceStrides: [1],
      sourceOffset: 0, targetStrides: [1], targetOffset: 0)
    return program("copy", shape: [length], .copy(call))
  }

  /// A program of one call from its input, tensor 0, to its output, tensor 1, of the same shape.
  private static func program(_ name: String, shape: [Int], _ call: KernelCall) -> Program {
    let tensors = [PlanTensor.Storage.input(0), .arena(offset: 0)].map {
      PlanTensor(element: .float32, shape: shape, strides: Layout.strides(shape), storage: $0)
    }
    let bytes = tensors[1].byteCount
    return Program(
      name: name, inputs: [.init(name: "x", tensor: TensorID(0), source: .caller)],
      outputs: [.init(name: "y", tensor: TensorID(1))], values: [], fused: [], tensors: tensors,
      calls: [Call(call, label: name)],
      memory: MemoryReport(
        arena: bytes, lowerBound: bytes, withoutReuse: bytes, heuristic: "one tensor"),
      reference: nil)
  }
}
