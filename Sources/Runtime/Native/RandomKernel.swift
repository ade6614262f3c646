import CKernels
import Plan

/// Random numbers, drawn anew in every run from the run's seed and step.
final class RandomKernel: BoundKernel {
  let implementation = "philox"
  let scratchBytes = 0
  private let arguments: UnsafeMutablePointer<pf_random>

  /// Binds a call; nil for a tensor of too many axes, or of bfloat16.
  init?(_ call: RandomCall, on machine: Machine, operand: (TensorID) -> Operand) {
    let target = operand(call.target)
    guard let loops = machine.instructions.loops, target.tensor.shape.count <= mostAxes,
      target.tensor.element != .bfloat16
    else { return nil }
    var random = pf_random()
    random.loops = loops
    random.threads = Int32(machine.threads)
    (random.kind, random.first, random.second) =
      switch call.distribution {
      case .normal(let mean, let std): (pf_random_normal, mean, std)
      case .truncatedNormal(let mean, let std): (pf_random_truncated_normal, mean, std)
      case .uniform(let low, let high): (pf_random_uniform, low, high)
      case .bernoulli(let probability): (pf_random_bernoulli, probability, 0)
      case .integers(let low, let high): (pf_random_integers, Double(low), Double(high))
      }
    random.key = call.key
    random.whole = target.tensor.element == .int64 ? 1 : 0
    random.target = target.pointer
    random.axes = Int32(target.tensor.shape.count)
    assign(&random.extents, target.tensor.shape)
    assign(&random.strides, target.tensor.strides)
    arguments = .allocate(capacity: 1)
    arguments.initialize(to: random)
  }

  deinit { arguments.deallocate() }

  func attach(scratch: UnsafeMutableRawPointer) {}

  func run(_ context: RunContext) { pf_random_run(arguments, context.seed, context.step) }
}
