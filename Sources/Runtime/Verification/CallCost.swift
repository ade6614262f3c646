package import Plan

/// What a kernel call has to do: arithmetic operations, and bytes of its operands and results.
package struct CallCost: Sendable, Hashable {
  package var flops: Int
  /// The same if convolutions took every product that their definition names.
  package var directFlops: Int
  package var bytes: Int

  package init(flops: Int, bytes: Int) {
    (self.flops, directFlops) = (flops, flops)
    self.bytes = bytes
  }

  /// Of a call, or of a part of one, within which some tensors stay.
  package init(_ call: KernelCall, _ tensors: [PlanTensor], within transients: [TensorID] = []) {
    bytes = Set(call.reads).union(call.writes).subtracting(transients)
      .reduce(0) { $0 + tensors[$1.index].byteCount }
    func count(_ id: TensorID) -> Int { tensors[id.index].count }
    let products = Self.products(call.unmeasured, tensors)
    flops =
      switch call {
      case .tile(let tile):
        Self.tile(tile)
      case .tileList(let list):
        list.tiles.reduce(0) { $0 + Self.tile($1) }
      case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
        products.taken
      case .weightUpdate:
        call.parts.reduce(0) { $0 + CallCost($1, tensors).flops }
      case .matmul(let call):
        2 * count(call.target) * Self.depth(tensors[call.left.index].shape, call.transposeLeft)
      case .moments(let call): 4 * count(call.source)
      case .measured(let call):
        CallCost(call.producer.call, tensors).flops + 4 * count(call.producer.target)
      case .pool(let call): count(call.target) * call.kernel[0] * call.kernel[1]
      case .averagePoolGradient(let call): count(call.source) * call.kernel[0] * call.kernel[1]
      case .bilinear(let call): 8 * count(call.target)
      case .bilinearGradient(let call): 8 * count(call.source)
      case .scatterAdd(let call): count(call.source)
      case .copy, .maxPoolScatter, .maxPoolGather, .gather, .oneHot, .random: 0
      }
    directFlops = flops - products.taken + products.direct
  }

  private static func tile(_ call: TileCall) -> Int {
    call.extent.reduce(1, *)
      * (call.instructions.filter { $0.opcode != .constant }.count + call.reductions.count)
  }

  /// A multiplication and an addition per result and kernel place of a convolution, and what is left of them within the
  /// products of transformed tiles; zero for other calls.
  private static func products(
    _ call: KernelCall, _ tensors: [PlanTensor]
  ) -> (taken: Int, direct: Int) {
    guard let (convolution, pass) = call.parts[0].convolutionPass else { return (0, 0) }
    let roles = convolution.roles(in: pass)
    let (weight, result) = (tensors[roles.w.index], tensors[roles.y.index])
    let direct = 2 * result.count * weight.shape.dropFirst().reduce(1, *)
    guard let tiling = convolution.tiling(weight: weight.shape) else { return (direct, direct) }
    let inputs = weight.shape[1]
    return (2 * tiling.multiplications(result: result.shape, inputChannels: inputs), direct)
  }

  private static func depth(_ left: [Int], _ isTransposed: Bool) -> Int {
    left[left.count - (isTransposed ? 2 : 1)]
  }
}
