import Plan

/// A weight's gradient and what is computed from it, some channels of y at a time.
///
/// The gradient of these channels lies in scratch memory, and what reads it finds it in the cache. Where a kernel cannot
/// compute a part of the gradient, all of it lies there.
final class WeightUpdateKernel: BoundKernel {
  let partImplementations: [String]
  let scratchBytes: Int
  private let parts: UpdateParts
  private var steps: UpdateParts.Steps?

  init(
    _ call: WeightUpdateCall, on machine: Machine, operand: (TensorID) -> Operand
  ) throws(RuntimeError) {
    let divided = UpdateParts(call, on: machine, isDivided: true, operand: operand)
    // Bound once to room that nobody touches, only to learn what the kernels need.
    if let divided, let steps = try divided.trial() {
      (parts, scratchBytes) = (divided, divided.scratchBytes(steps))
      partImplementations = steps.implementations
      return
    }
    guard let whole = UpdateParts(call, on: machine, isDivided: false, operand: operand),
      let steps = try whole.trial()
    else { preconditionFailure("every kernel can be bound whole") }
    (parts, scratchBytes) = (whole, whole.scratchBytes(steps))
    partImplementations = steps.implementations
  }

  var implementation: String { partImplementations.joined(separator: "+") }

  func attach(scratch: UnsafeMutableRawPointer) {
    do {
      guard let steps = try parts.steps(at: scratch) else {
        preconditionFailure("what could be bound once cannot be bound again")
      }
      let rest = scratch + parts.room
      for step in steps.all {
        step.gradient.attach(scratch: rest)
        step.tile.attach(scratch: rest + steps.gradientScratch)
      }
      self.steps = steps
    } catch {
      preconditionFailure("what could be bound once cannot be bound again: \(error)")
    }
  }

  func run(_ context: RunContext) {
    guard let steps else { return }
    for step in steps.all {
      step.gradient.run(context)
      step.tile.run(context)
    }
  }

  func run(_ context: RunContext, spent: inout [Duration]) {
    guard let steps else { return }
    let clock = ContinuousClock()
    for step in steps.all {
      spent[0] += clock.measure { step.gradient.run(context) }
      spent[1] += clock.measure { step.tile.run(context) }
    }
  }
}

/// How the channels of y are divided, and the operands of each part.
private struct UpdateParts {
  struct Steps {
    var all: [(gradient: any BoundKernel, tile: any BoundKernel)]

    var gradientScratch: Int {
      let bytes = all.map(\.gradient.scratchBytes).max() ?? 0
      return (bytes + 63) / 64 * 64
    }

    var implementations: [String] {
      all.first.map { [$0.gradient.implementation, $0.tile.implementation] } ?? []
    }
  }

  /// Bytes of the gradient that are computed at a time.
  private static let bytes = 8 << 20
  /// Channels are taken in multiples of this, as vectors do.
  private static let step = 16

  private let call: WeightUpdateCall
  private let machine: Machine
  private let operands: [TensorID: Operand]
  private let isDivided: Bool
  private let channels: Int
  /// Channels of a part, the last one perhaps excepted.
  private let partChannels: Int
  /// Places of the tile's outermost axis to a channel.
  private let places: Int

  /// Nil where the tile's outermost axis cannot be divided as the channels are.
  init?(
    _ call: WeightUpdateCall, on machine: Machine, isDivided: Bool,
    operand: (TensorID) -> Operand
  ) {
    self.call = call
    self.machine = machine
    self.isDivided = isDivided
    let ids = Set(call.reads + call.writes + [call.gradient.target])
    operands = Dictionary(uniqueKeysWithValues: ids.map { ($0, operand($0)) })
    let weight = operand(call.gradient.target).tensor
    channels = weight.shape[0]
    let fitting = Self.bytes / (weight.byteCount / channels) / Self.step * Self.step
    partChannels = isDivided ? max(fitting, Self.step) : channels
    places = call.tile.extent[0] / channels
    guard isDivided else { return }
    guard partChannels < channels, call.tile.extent[0].isMultiple(of: channels),
      call.tile.reductions.isEmpty, call.tile.loads.allSatisfy({ $0.divisors[0] == 1 }),
      call.tile.loads.allSatisfy(staysWithinItsChannels),
      steps(along: 0).values.allSatisfy({ $0.count == 1 })
    else { return nil }
  }

  /// By operand of the tile, the elements between neighbours along an axis; one number unless it is read in two ways.
  private func steps(along axis: Int) -> [TensorID: Set<Int>] {
    var steps: [TensorID: Set<Int>] = [:]
    for load in call.tile.loads { steps[load.tensor, default: []].insert(load.strides[axis]) }
    for store in call.tile.stores { steps[store.tensor, default: []].insert(store.strides[axis]) }
    return steps
  }

  /// Whether a load of the gradient finds in each channel's places that channel's elements.
  private func staysWithinItsChannels(_ load: TileLoad) -> Bool {
    guard load.tensor == call.gradient.target, let weight = operands[load.tensor]?.tensor else {
      return true
    }
    let inner = zip(load.strides, [places] + call.tile.extent.dropFirst())
    return load.strides.allSatisfy { $0 >= 0 } && load.strides[0] * places == weight.strides[0]
      && inner.reduce(0) { $0 + $1.0 * ($1.1 - 1) } < weight.strides[0]
  }

  /// Bytes of the gradient of one part.
  var room: Int {
    let bytes = partChannels * (operands[call.gradient.target]?.tensor.byteCount ?? 0) / channels
    return (bytes + 63) / 64 * 64
  }

  func scratchBytes(_ steps: Steps) -> Int {
    room + steps.gradientScratch + (steps.all.map(\.tile.scratchBytes).max() ?? 0)
  }

  func trial() throws(RuntimeError) -> Steps? {
    let room = try GuardedMemory(byteCount: room, for: "a weight's gradient")
    return try steps(at: room.start)
  }

  /// Binds every part; nil if a kernel does not take a part of the channels.
  func steps(at start: UnsafeMutableRawPointer) throws(RuntimeError) -> Steps? {
    var steps = Steps(all: [])
    for first in stride(from: 0, to: channels, by: partChannels) {
      let part = first..<min(first + partChannels, channels)
      guard let step = try step(part, at: start) else { return nil }
      #if ONEDNN
        (step.gradient as? ColumnsKernel)?.reusesColumns = first > 0
      #endif
      steps.all.append(step)
    }
    return steps
  }

  private func step(
    _ part: Range<Int>, at start: UnsafeMutableRawPointer
  ) throws(RuntimeError) -> (gradient: any BoundKernel, tile: any BoundKernel)? {
    func resolved(_ id: TensorID) -> Operand {
      guard var operand = operands[id] else { preconditionFailure("an operand of another call") }
      if id == call.gradient.target {
        operand.pointer = start
        operand.tensor.shape[0] = part.count
      }
      return operand
    }
    func factor(_ id: TensorID) -> Operand {
      var operand = resolved(id)
      if id == call.gradient.weight {
        operand.pointer += part.lowerBound * operand.tensor.strides[1] * operand.tensor.element.size
        operand.tensor.shape[1] = part.count
      }
      return operand
    }
    guard isDivided else {
      return (
        try KernelBinding.bind(
          .convolutionWeightGradient(call.gradient), on: machine, operand: factor),
        try KernelBinding.bind(.tile(call.tile), on: machine, operand: resolved)
      )
    }
    guard let native = try NativeKernels.partKernel(call.gradient, on: machine, operand: factor),
      let tile = TileKernel(tile(part), on: machine, operand: { shifted(resolved($0), $0, part) })
    else { return nil }
    return (native, tile)
  }

  private func tile(_ part: Range<Int>) -> TileCall {
    var tile = call.tile
    tile.extent[0] = part.count * places
    return tile
  }

  /// Where an operand of the tile lies for a part of the channels.
  private func shifted(_ operand: Operand, _ id: TensorID, _ part: Range<Int>) -> Operand {
    guard id != call.gradient.target, let stride = steps(along: 0)[id]?.first, stride != 0 else {
      return operand
    }
    var shifted = operand
    let size = operand.tensor.element.size
    shifted.pointer += part.lowerBound * places * stride * size
    // What the part spans, so that parts of different channels are not taken to overlap.
    if shifted.tensor.shape.first == channels { shifted.tensor.shape[0] = part.count }
    return shifted
  }
}
