package import Plan

/// Random tensors for a program's inputs, a pure function of seed and input name.
package struct SyntheticInputs {
  private let program: Program
  private let context: RunContext

  package init(_ program: Program, context: RunContext) {
    self.program = program
    self.context = context
  }

  /// Standard normal numbers; a schedule's first value; whole numbers below the smallest table that they index.
  package func tensor(_ input: Program.Input) -> HostTensor {
    let tensor = program.tensors[input.tensor.index]
    if case .schedule(let schedule) = input.source {
      return HostTensor(
        shape: tensor.shape,
        Array(
          repeating: Float(schedule.value(iteration: 0, iterationsPerEpoch: 1)),
          count: tensor.count))
    }
    let stream = RandomStream(name: "input/\(input.name)", seed: context.seed)
    var numbers = Array(repeating: 0.0, count: tensor.count)
    switch tensor.element {
    case .float32, .bfloat16:
      stream.draw(tensor.count, from: .normal(mean: 0, std: 1)) { numbers[$0] = $1 }
      return HostTensor(shape: tensor.shape, numbers.map(Float.init))
    case .int64:
      let range = RandomCall.Distribution.integers(low: 0, high: limit(of: input.tensor))
      stream.draw(tensor.count, from: range) { numbers[$0] = $1 }
      return HostTensor(shape: tensor.shape, numbers.map { Int64($0) })
    }
  }

  /// The extent of the smallest axis that the tensor, or a copy of it, picks from; 2 when it picks from none.
  private func limit(of tensor: TensorID) -> Int {
    var copies: Set<TensorID> = [tensor]
    var limits: [Int] = []
    func shape(_ id: TensorID) -> [Int] { program.tensors[id.index].shape }
    for (index, candidate) in program.tensors.enumerated() {
      if case .view(tensor, _) = candidate.storage { copies.insert(TensorID(index)) }
    }
    for call in program.calls {
      switch call.kernel {
      case .copy(let copy) where copies.contains(copy.source): copies.insert(copy.target)
      case .gather(let gather) where copies.contains(gather.index):
        limits.append(shape(gather.source)[gather.batched ? 1 : 0])
      case .scatterAdd(let scatter) where copies.contains(scatter.index):
        limits.append(shape(scatter.target)[scatter.batched ? 1 : 0])
      case .oneHot(let oneHot) where copies.contains(oneHot.index):
        limits.append(shape(oneHot.target)[1])
      default: continue
      }
    }
    return limits.min() ?? 2
  }
}
