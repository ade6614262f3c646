import Plan
import PlanFixtures

extension Plan {
  /// Replaces a call of the train program.
  fileprivate mutating func set(_ call: Int, _ kernel: KernelCall) {
    programs[0].calls[call].kernel = kernel
  }

  fileprivate mutating func changeConvolution(_ change: (inout ConvolutionCall) -> Void) {
    var call = TinyPlan.convolution
    change(&call)
    set(0, .convolution(call))
  }

  fileprivate mutating func changeTile(_ index: Int, _ change: (inout TileCall) -> Void) {
    guard case .tile(var call) = programs[0].calls[index].kernel else { return }
    change(&call)
    set(index, .tile(call))
  }
}

private func pool(_ kind: PoolCall.Kind, kernel: [Int] = [2, 2], padding: [Int] = [0, 0, 0, 0])
  -> PoolCall
{
  PoolCall(
    kind: kind, source: TensorID(0), target: TensorID(4), kernel: kernel, stride: [2, 2],
    padding: padding)
}

private func copy(_ change: (inout CopyCall) -> Void) -> KernelCall {
  var call = CopyCall(
    source: TensorID(0), target: TensorID(4), extent: [128], sourceStrides: [1], sourceOffset: 0,
    targetStrides: [1], targetOffset: 0)
  change(&call)
  return .copy(call)
}

let kernels = [
  Breakage(
    "bf16 state", "states[0] 'net/conv.weight': expected a state of f32 or i64, found bf16"
  ) { $0.states[0].element = .bfloat16 },
  Breakage("bf16 weight", "programs.train.calls[0]: expected a weight of f32, found tensor 7") {
    $0.programs[0].tensors[7].element = .bfloat16
    $0.changeConvolution { $0.weight = TensorID(7) }
  },
  Breakage("operand index", "programs.train.calls[0]: expected a tensor index below 15, found 99") {
    $0.changeConvolution { $0.source = TensorID(99) }
  },
  Breakage("type", "programs.train.calls[0]: expected an image of f32, found tensor 2 'labels'") {
    $0.changeConvolution { $0.source = TensorID(2) }
  },
  Breakage("rank", "programs.train.calls[0]: expected an image of rank 4, found tensor 10 'noise'")
  {
    $0.changeConvolution { $0.source = TensorID(10) }
  },
  Breakage("stride", "programs.train.calls[0]: expected 2 numbers from 1 as strides, found [0, 1]")
  {
    $0.changeConvolution { $0.stride = [0, 1] }
  },
  Breakage("padding", "programs.train.calls[0]: expected 4 numbers from 0 as paddings, found [1]") {
    $0.changeConvolution { $0.padding = [1] }
  },
  Breakage("dilation", "programs.train.calls[0]: expected 2 numbers from 1 as dilations, found") {
    $0.changeConvolution { $0.dilation = [1 << 40, 1] }
  },
  Breakage("groups", "programs.train.calls[0]: expected groups that divide 3 and 4 channels") {
    $0.changeConvolution { $0.groups = 0 }
  },
  Breakage(
    "result", "programs.train.calls[0]: expected a convolved image of shape [2, 4, 8, 8], fo"
  ) {
    $0.changeConvolution { $0.stride = [1, 1] }
  },
  Breakage("window", "programs.train.calls[0]: expected a window within the padded image") {
    $0.changeConvolution { $0.dilation = [1000, 1] }
  },
  Breakage("weight", "programs.train.calls[0]: expected a weight for 3 input channels, found") {
    $0.changeConvolution { $0.weight = TensorID(4) }
  },
  Breakage("bias", "programs.train.calls[0]: expected a dense bias of 4 elements, found [2, 5]") {
    $0.changeConvolution { $0.bias = TensorID(10) }
  },
  Breakage("slope", "programs.train.calls[0]: expected a finite slope, found nan") {
    $0.changeConvolution { $0.activation = .leakyRelu(slope: .nan) }
  },
  Breakage("weight gradient", "programs.train.calls[4]: expected neither bias nor activation") {
    var call = TinyPlan.convolution
    (call.weight, call.target, call.activation) = (TensorID(7), TensorID(8), .relu)
    $0.set(4, .convolutionWeightGradient(call))
  },
  Breakage("matmul", "programs.train.calls[8]: expected factors that agree in their inner extent") {
    $0.set(
      8, .matmul(MatmulCall(left: TensorID(10), right: TensorID(11), target: TensorID(12))))
  },
  Breakage("product", "programs.train.calls[8]: expected a product of shape [2, 2], found [2, 5]") {
    $0.set(
      8,
      .matmul(
        MatmulCall(
          left: TensorID(10), right: TensorID(11), target: TensorID(12), transposeRight: true)))
  },
  Breakage("moments", "programs.train.calls[2]: expected ascending axes of [2, 4, 4, 4], found") {
    $0.set(
      2,
      .moments(
        MomentsCall(source: TensorID(5), mean: TensorID(6), variance: TensorID(6), axes: [1, 0])))
  },
  Breakage("copy source", "programs.train.calls[0]: expected the source to stay within the 384") {
    $0.set(0, copy { $0.sourceOffset = 257 })
  },
  Breakage("copy target", "programs.train.calls[0]: expected the target to stay within the 128") {
    $0.set(0, copy { $0.targetStrides = [2] })
  },
  Breakage("copy twice", "programs.train.calls[0]: expected target strides that visit no element") {
    $0.set(0, copy { $0.targetStrides = [0] })
  },
  Breakage("copy overflow", "programs.train.calls[0]: expected the source to stay within") {
    $0.set(0, copy { $0.sourceStrides = [.max] })
  },
  Breakage("pool", "programs.train.calls[0]: expected a pooled image of shape [2, 3, 4, 4], found")
  {
    $0.set(0, .pool(pool(.max)))
  },
  Breakage("pool padding", "programs.train.calls[0]: expected paddings below the kernel [2, 2]") {
    $0.set(0, .pool(pool(.max, padding: [2, 0, 0, 0])))
  },
  Breakage("pool gradient", "programs.train.calls[0]: expected an average or a sum without") {
    $0.set(0, .averagePoolGradient(pool(.max)))
  },
  Breakage("pool move", "programs.train.calls[0]: expected a max pool with indices, found none") {
    $0.set(0, .maxPoolScatter(pool(.max)))
  },
  Breakage("bilinear", "programs.train.calls[0]: expected a target of shape [2, 3, 4, 4], found") {
    $0.set(
      0,
      .bilinear(BilinearCall(source: TensorID(0), target: TensorID(4), mode: .halfPixel)))
  },
  Breakage("gather", "programs.train.calls[8]: expected picked rows of shape [2, 3, 8, 8], found") {
    $0.set(
      8,
      .gather(
        GatherCall(
          source: TensorID(0), index: TensorID(2), target: TensorID(12), batched: false)))
  },
  Breakage("index type", "programs.train.calls[7]: expected an index of i64, found tensor 1 'lr'") {
    $0.set(7, .oneHot(OneHotCall(index: TensorID(1), target: TensorID(11))))
  },
  Breakage("probability", "programs.train.calls[6]: expected a probability of 0 to 1, found 1.5") {
    $0.set(
      6,
      .random(
        RandomCall(
          target: TensorID(10), distribution: .bernoulli(probability: 1.5), key: 0, name: "n")))
  },
  Breakage("target strides", "programs.train.calls[0]: expected a target whose elements lie apart")
  {
    $0.programs[0].tensors[4].strides = [0, 1, 16, 4]
  },
]

let tiles = [
  Breakage("extent", "programs.train.calls[1]: expected a positive iteration space, found [0]") {
    $0.changeTile(1) { $0.extent = [0] }
  },
  Breakage("no result", "programs.train.calls[1]: expected at least one store or reduction") {
    $0.changeTile(1) { $0.stores = [] }
  },
  Breakage("load strides", "programs.train.calls[1]: expected 1 strides and divisors in loads[0]") {
    $0.changeTile(1) { $0.loads[0].strides = [] }
  },
  Breakage("divisor", "programs.train.calls[1]: expected divisors from 1 to 1048576 in") {
    $0.changeTile(1) { $0.loads[0].divisors = [0] }
  },
  Breakage("reach", "programs.train.calls[1]: expected loads[0] to stay within the 128 elements of")
  {
    $0.changeTile(1) { $0.loads[0].strides = [2] }
  },
  Breakage("operand", "programs.train.calls[1]: expected 2 registers below 2 in instructions[1]") {
    $0.changeTile(1) { $0.instructions[1].operands = [0, 2] }
  },
  Breakage("store register", "programs.train.calls[1]: expected a register below 4 in stores[0]") {
    $0.changeTile(1) { $0.stores[0].register = 4 }
  },
  Breakage("store strides", "programs.train.calls[1]: expected stores[0] to visit every element of")
  {
    $0.changeTile(1) { $0.stores[0].strides = [0] }
  },
  Breakage("reduction", "programs.train.calls[2]: expected reductions[0] to visit every element") {
    $0.changeTile(2) { $0.reductions[0].strides = [0, 1] }
  },
  Breakage("labels", "programs.train.calls[1]: expected stores[0] of f32, found tensor 2 'label") {
    $0.changeTile(1) { $0.stores[0].tensor = TensorID(2) }
  },
]

let flows = [
  Breakage(
    "unwritten",
    "programs.train.calls[0]: expected tensor 4 'conv' to be written before it is read, found no"
  ) {
    $0.programs[0].calls.remove(at: 0)
    $0.programs[0].fused = []
  },
  Breakage(
    "clobbered", "programs.train.calls[3]: expected tensor 5 'act' to hold its value, found it over"
  ) { plan in
    plan.programs[0].calls.insert(plan.programs[0].calls[0], at: 2)
    plan.programs[0].fused = []
  },
  Breakage(
    "old state",
    "programs.train.calls[6]: expected tensor 3 'w' to hold its value, found it overwritten by call"
  ) { plan in
    plan.programs[0].calls.insert(plan.programs[0].calls[0], at: 6)
    plan.programs[0].fused = []
  },
  Breakage(
    "in place",
    "programs.train.calls[3]: expected tensor 7 'd conv' not to overlap the operand tensor 5 'act'"
  ) { plan in
    plan.programs[0].tensors[7].storage = .arena(offset: 64)
  },
  Breakage(
    "reversed in place",
    "programs.train.calls[5]: expected tensor 9 'w'' not to overlap the operand tensor 3 'w'"
  ) { plan in
    plan.changeTile(5) {
      $0.extent = [36, 3]
      $0.loads[0].strides = [1, 36]
      $0.loads[1].strides = [3, 1]
      $0.loads[2].strides = [0, 0]
      for index in 0..<3 { $0.loads[index].divisors = [1, 1] }
      $0.stores[0].strides = [3, 1]
    }
  },
  Breakage(
    "two targets", "programs.train.calls[2]: expected targets that do not overlap, found tensor 6"
  ) { plan in
    plan.changeTile(2) { $0.reductions.append($0.reductions[0]) }
  },
  Breakage(
    "written input", "programs.train.calls[9]: expected inputs to be read only, found tensor 1 'lr'"
  ) { plan in
    plan.changeTile(9) { $0.stores[0].tensor = TensorID(1) }
  },
  Breakage(
    "lost output",
    "programs.train.outputs[0] 'loss': expected tensor 6 'loss' to hold its value, found it over"
  ) { plan in
    plan.programs[0].tensors[12].storage = .arena(offset: 512)
  },
  Breakage(
    "half a state",
    "programs.train.tensors[3]: expected state 0 to hold a whole value after the last call"
  ) { plan in
    plan.programs[0].calls[5].kernel = .copy(
      CopyCall(
        source: TensorID(8), target: TensorID(9), extent: [27], sourceStrides: [1],
        sourceOffset: 0, targetStrides: [1], targetOffset: 0))
    plan.programs[0].fused = []
  },
]
