/// Which tensors a kernel reads and writes, and how to renumber them.
package protocol KernelOperands {
  var reads: [TensorID] { get }
  var writes: [TensorID] { get }
  mutating func renumber(_ rename: (TensorID) -> TensorID)
}

extension KernelOperands {
  /// The same with every tensor index replaced.
  package func renumbered(_ rename: (TensorID) -> TensorID) -> Self {
    var call = self
    call.renumber(rename)
    return call
  }
}

extension KernelCall: KernelOperands {
  package var reads: [TensorID] { operands.reads }
  package var writes: [TensorID] { operands.writes }

  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    func renumbered<Call: KernelOperands>(_ call: Call) -> Call { call.renumbered(rename) }
    self =
      switch self {
      case .tile(let call): .tile(renumbered(call))
      case .tileList(let call): .tileList(renumbered(call))
      case .convolution(let call): .convolution(renumbered(call))
      case .convolutionInputGradient(let call): .convolutionInputGradient(renumbered(call))
      case .convolutionWeightGradient(let call): .convolutionWeightGradient(renumbered(call))
      case .weightUpdate(let call): .weightUpdate(renumbered(call))
      case .matmul(let call): .matmul(renumbered(call))
      case .moments(let call): .moments(renumbered(call))
      case .copy(let call): .copy(renumbered(call))
      case .pool(let call): .pool(renumbered(call))
      case .averagePoolGradient(let call): .averagePoolGradient(renumbered(call))
      case .maxPoolScatter(let call): .maxPoolScatter(renumbered(call))
      case .maxPoolGather(let call): .maxPoolGather(renumbered(call))
      case .bilinear(let call): .bilinear(renumbered(call))
      case .bilinearGradient(let call): .bilinearGradient(renumbered(call))
      case .gather(let call): .gather(renumbered(call))
      case .scatterAdd(let call): .scatterAdd(renumbered(call))
      case .oneHot(let call): .oneHot(renumbered(call))
      case .random(let call): .random(renumbered(call))
      case .measured(let call): .measured(renumbered(call))
      }
  }

  private var operands: any KernelOperands {
    switch self {
    case .tile(let call): call
    case .tileList(let call): call
    case .convolution(let call), .convolutionInputGradient(let call),
      .convolutionWeightGradient(let call):
      call
    case .weightUpdate(let call): call
    case .matmul(let call): call
    case .moments(let call): call
    case .copy(let call): call
    case .pool(let call): call
    case .averagePoolGradient(let call): call
    case .maxPoolScatter(let call), .maxPoolGather(let call): MaxPoolMove(call: call)
    case .bilinear(let call), .bilinearGradient(let call): call
    case .gather(let call), .scatterAdd(let call): call
    case .oneHot(let call): call
    case .random(let call): call
    case .measured(let call): call
    }
  }
}

extension TileCall: KernelOperands {
  package var reads: [TensorID] { loads.map(\.tensor) }
  package var writes: [TensorID] { stores.map(\.tensor) + reductions.map(\.tensor) }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    for index in loads.indices { loads[index].tensor = rename(loads[index].tensor) }
    for index in stores.indices { stores[index].tensor = rename(stores[index].tensor) }
    for index in reductions.indices { reductions[index].tensor = rename(reductions[index].tensor) }
  }
}

extension ConvolutionCall: KernelOperands {
  package var reads: [TensorID] { [source, weight] + (bias.map { [$0] } ?? []) }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    weight = rename(weight)
    bias = bias.map(rename)
    target = rename(target)
  }
}

/// The gradient itself is neither: nobody else ever sees it.
extension WeightUpdateCall: KernelOperands {
  package var reads: [TensorID] {
    gradient.reads + tile.reads.filter { $0 != gradient.target }
  }
  package var writes: [TensorID] { tile.writes }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    gradient.renumber(rename)
    tile.renumber(rename)
  }
}

extension MatmulCall: KernelOperands {
  package var reads: [TensorID] { [left, right] + (bias.map { [$0] } ?? []) }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    left = rename(left)
    right = rename(right)
    bias = bias.map(rename)
    target = rename(target)
  }
}

extension MomentsCall: KernelOperands {
  package var reads: [TensorID] { [source] }
  package var writes: [TensorID] { [mean, variance] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    mean = rename(mean)
    variance = rename(variance)
  }
}

/// A copy that does not cover its target lets the rest stand: without a fill the target is read as well.
extension CopyCall: KernelOperands {
  package var reads: [TensorID] { [source] }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    target = rename(target)
  }
}

/// A max pool writes its indices; the calls that move values along them read them.
extension PoolCall: KernelOperands {
  package var reads: [TensorID] { [source] }
  package var writes: [TensorID] { [target] + (indices.map { [$0] } ?? []) }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    target = rename(target)
    indices = indices.map(rename)
  }
}

private struct MaxPoolMove: KernelOperands {
  var call: PoolCall
  var reads: [TensorID] { [call.source] + (call.indices.map { [$0] } ?? []) }
  var writes: [TensorID] { [call.target] }
  mutating func renumber(_ rename: (TensorID) -> TensorID) { call.renumber(rename) }
}

extension BilinearCall: KernelOperands {
  package var reads: [TensorID] { [source] }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    target = rename(target)
  }
}

extension GatherCall: KernelOperands {
  package var reads: [TensorID] { [source, index] }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    source = rename(source)
    index = rename(index)
    target = rename(target)
  }
}

extension OneHotCall: KernelOperands {
  package var reads: [TensorID] { [index] }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) {
    index = rename(index)
    target = rename(target)
  }
}

extension RandomCall: KernelOperands {
  package var reads: [TensorID] { [] }
  package var writes: [TensorID] { [target] }
  package mutating func renumber(_ rename: (TensorID) -> TensorID) { target = rename(target) }
}
