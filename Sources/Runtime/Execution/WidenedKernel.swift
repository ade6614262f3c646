import Plan

/// Runs a call that no kernel takes in bfloat16 on copies of its operands in float32.
///
/// The copies lie in scratch memory. Converting costs a pass over each operand, so this is for machines and builds that
/// lack something, and for rare calls.
final class WidenedKernel: BoundKernel {
  let implementation: String
  let scratchBytes: Int
  private let plan: WideningPlan
  private var steps: WideningPlan.Steps?

  init(
    _ call: KernelCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) {
    plan = WideningPlan(call, on: machine, operand: operand)
    // Bound once to room that nobody touches, only to learn what the kernels need.
    let trial = try GuardedMemory(byteCount: plan.room, for: "copies in float32")
    let steps = try plan.steps(at: trial.start)
    implementation = "widened+" + steps.kernel.implementation
    scratchBytes = plan.room + (steps.all.map(\.scratchBytes).max() ?? 0)
  }

  func attach(scratch: UnsafeMutableRawPointer) {
    do {
      let steps = try plan.steps(at: scratch)
      for step in steps.all { step.attach(scratch: scratch + plan.room) }
      self.steps = steps
    } catch {
      preconditionFailure("what could be bound once cannot be bound again: \(error)")
    }
  }

  func run(_ context: RunContext) {
    guard let steps else { return }
    for step in steps.before { step.run(context) }
    steps.kernel.run(context)
    for step in steps.after { step.run(context) }
  }
}

/// Which operands of a call are copied, and where the copies lie.
private struct WideningPlan {
  struct Steps {
    var before: [any BoundKernel] = []
    var kernel: any BoundKernel
    var after: [any BoundKernel] = []

    var all: [any BoundKernel] { before + [kernel] + after }
  }

  private let call: KernelCall
  private let machine: Machine
  private let operands: [TensorID: Operand]
  /// The operands in bfloat16, with the offsets of their copies.
  private var offsets: [(id: TensorID, offset: Int)] = []
  /// Bytes of all copies.
  let room: Int

  init(_ call: KernelCall, on machine: Machine, operand: (TensorID) -> Operand) {
    self.call = call
    self.machine = machine
    let ids = Set(call.reads + call.writes).sorted()
    operands = Dictionary(uniqueKeysWithValues: ids.map { ($0, operand($0)) })
    var layout = BufferLayout()
    for id in ids where operand(id).tensor.element == .bfloat16 {
      offsets.append((id, layout.append(operand(id).tensor.widened.spanBytes)))
    }
    room = layout.byteCount
  }

  /// Binds everything: widens what is read, computes, rounds what is written.
  func steps(at start: UnsafeMutableRawPointer) throws(RuntimeError) -> Steps {
    var wide = operands
    for (id, offset) in offsets {
      wide[id] = operands[id].map {
        Operand(tensor: $0.tensor.widened, pointer: start + offset)
      }
    }
    let kernel = try KernelBinding.bind(call, on: machine) { id in
      guard let operand = wide[id] else { preconditionFailure("an operand of another call") }
      return operand
    }
    var steps = Steps(kernel: kernel)
    for (id, _) in offsets {
      guard let narrow = operands[id], let copy = wide[id] else { continue }
      if call.reads.contains(id) || !isOverwritten(narrow.tensor) {
        steps.before.append(try conversion(from: narrow, to: copy))
      }
      if call.writes.contains(id) { steps.after.append(try conversion(from: copy, to: narrow)) }
    }
    return steps
  }

  /// Whether the call writes every byte that a target spans: what it leaves alone must come through the copy unharmed.
  private func isOverwritten(_ target: PlanTensor) -> Bool {
    if case .copy = call { return false }
    return target.spanBytes == target.byteCount
  }

  /// All elements between a tensor's first and last, as a tile program that only loads and stores.
  private func conversion(
    from source: Operand, to target: Operand
  ) throws(RuntimeError) -> any BoundKernel {
    let count = source.tensor.spanBytes / source.tensor.element.size
    let operands = [source, target].map {
      Operand(tensor: .dense($0.tensor.element, [count]), pointer: $0.pointer)
    }
    let call = TileCall(
      extent: [count], loads: [TileLoad(tensor: TensorID(0), strides: [1], divisors: [1])],
      instructions: [], stores: [TileStore(register: 0, tensor: TensorID(1), strides: [1])],
      reductions: [])
    return try KernelBinding.bind(.tile(call), on: machine) { operands[$0.index] }
  }
}

extension PlanTensor {
  /// The tensor as it would be in float32, its elements in the same order.
  fileprivate var widened: PlanTensor {
    var tensor = self
    tensor.element = element.computed
    return tensor
  }
}
