import Plan

/// Turns a program's calls into bound kernels, with the captures and overrides that the caller asked for.
struct ProgramBinder {
  private let memory: ProgramMemory
  private let machine: Machine
  private let side: GuardedMemory
  private var calls: [KernelCall]
  /// Tensors outside the plan, numbered after its own: captured registers and values.
  private var sideTensors: [PlanTensor] = []
  private var sideOffsets: [Int] = []
  /// By call, what to copy right after it; index 0 is before the first call.
  private var copies: [[CaptureCopy]]
  private var captured: [String: Operand] = [:]
  private var overridden: [String: OverrideKernel] = [:]

  init(
    _ memory: ProgramMemory, _ machine: Machine, capturing: [String], overriding: [String]
  ) throws(RuntimeError) {
    let program = memory.program
    self.memory = memory
    self.machine = machine
    calls = program.calls.map(\.kernel)
    copies = Array(repeating: [], count: calls.count + 1)
    var layout = BufferLayout()
    var captures: [CapturedValue] = []
    for name in Set(capturing).sorted() {
      guard let capture = try CapturedValue(name, in: memory) else { continue }
      captures.append(capture)
      sideTensors.append(capture.tensor)
      sideOffsets.append(layout.append(capture.tensor.spanBytes))
    }
    var draws: [(index: Int, call: RandomCall, offset: Int)] = []
    for name in Set(overriding).sorted() {
      let (index, call) = try Self.draw(named: name, in: program)
      draws.append(
        (index, call, layout.append(program.tensors[call.target.index].spanBytes)))
    }
    side = try GuardedMemory(byteCount: layout.byteCount, for: "captured values")
    for (number, capture) in captures.enumerated() { add(capture, number) }
    for draw in draws {
      overridden[draw.call.name] = OverrideKernel(
        target: memory.operand(draw.call.target), replacement: side.start + draw.offset,
        name: draw.call.name)
    }
  }

  private static func draw(named name: String, in program: Program) throws(RuntimeError)
    -> (Int, RandomCall)
  {
    var names: [String] = []
    for (index, call) in program.calls.enumerated() {
      guard case .random(let random) = call.kernel else { continue }
      if random.name == name { return (index, random) }
      names.append(random.name)
    }
    throw RuntimeError.unknown(name, "random node", among: names)
  }

  private mutating func add(_ capture: CapturedValue, _ number: Int) {
    let target = Operand(tensor: capture.tensor, pointer: side.start + sideOffsets[number])
    captured[capture.name] = target
    switch capture.origin {
    case .tensor(let id, let call):
      copies[call].append(CaptureCopy(source: memory.operand(id), target: target))
    case .register(let call, let tile, let sink):
      sink.append(to: &calls[call].tiles[tile], TensorID(memory.program.tensors.count + number))
    }
  }

  private func operand(_ id: TensorID) -> Operand {
    let number = id.index - memory.program.tensors.count
    guard number >= 0 else { return memory.operand(id) }
    return Operand(tensor: sideTensors[number], pointer: side.start + sideOffsets[number])
  }

  /// The program's steps, bound to this machine.
  func bind() throws(RuntimeError) -> BoundSteps {
    var steps: [BoundSteps.Step] = []
    steps.reserveCapacity(calls.count)
    for (index, call) in calls.enumerated() {
      steps.append(
        BoundSteps.Step(
          kernel: try kernel(call), label: memory.program.calls[index].label, call: call,
          copies: copies[index + 1]))
    }
    let scratch = try attachScratch(to: steps.map(\.kernel))
    return BoundSteps(
      steps: steps, copiesBefore: copies[0], captured: captured, overridden: overridden,
      scratch: scratch, side: side)
  }

  /// Gives each kernel scratch memory where the arena is free while it runs, and all others one region of their own.
  private func attachScratch(
    to kernels: [any BoundKernel]
  ) throws(RuntimeError) -> GuardedMemory {
    let gaps = ArenaGaps(memory.program)
    let places = kernels.enumerated().map { index, kernel in
      gaps.offset(for: kernel.scratchBytes, during: index)
    }
    let bytes = zip(kernels, places).map { $1 == nil ? $0.scratchBytes : 0 }.max() ?? 0
    let scratch = try GuardedMemory(byteCount: bytes, for: "the kernels' scratch")
    for (kernel, place) in zip(kernels, places) {
      kernel.attach(scratch: place.map(memory.arenaPointer) ?? scratch.start)
    }
    return scratch
  }

  /// The caller's tensor, or the best kernel that there is.
  private func kernel(_ call: KernelCall) throws(RuntimeError) -> any BoundKernel {
    if case .random(let random) = call, let override = overridden[random.name] { return override }
    return try KernelBinding.bind(call, on: machine, operand: operand)
  }
}

/// Everything that a run goes through, and the memory that it holds on to.
struct BoundSteps {
  struct Step {
    var kernel: any BoundKernel
    var label: String
    var call: KernelCall
    /// Values to save right after the kernel.
    var copies: [CaptureCopy]
  }
  var steps: [Step]
  var copiesBefore: [CaptureCopy]
  var captured: [String: Operand]
  var overridden: [String: OverrideKernel]
  let scratch: GuardedMemory
  let side: GuardedMemory
}

/// Saves a tensor's bytes before a later call may overwrite them.
struct CaptureCopy {
  var source: Operand
  var target: Operand

  func run() {
    target.pointer.copyMemory(from: source.pointer, byteCount: source.tensor.spanBytes)
  }
}

/// Stands in for a random node whose numbers the caller supplies.
final class OverrideKernel: BoundKernel {
  let target: Operand
  private let replacement: UnsafeMutableRawPointer
  let name: String
  private(set) var isSet = false

  init(target: Operand, replacement: UnsafeMutableRawPointer, name: String) {
    self.target = target
    self.replacement = replacement
    self.name = name
  }

  var scratchBytes: Int { 0 }
  var implementation: String { "override" }
  func attach(scratch: UnsafeMutableRawPointer) {}

  func set(_ tensor: HostTensor) throws(RuntimeError) {
    try tensor.write(as: target.tensor, to: replacement, name: name)
    isSet = true
  }

  func run(_ context: RunContext) {
    target.pointer.copyMemory(from: replacement, byteCount: target.tensor.spanBytes)
  }
}
