package import Plan

/// A hand-built plan that has a bit of everything: a convolution, an activation in place, a fused loss, a weight
/// gradient, an update in place, random numbers, labels, and a reference program for all of it.
///
/// loss = Σ leaky(conv(image, w))², w' = w - lr·dloss/dw, steps' = steps + 1, mixed = noise · one_hot(labels).
package enum TinyPlan {
  package static let image = [2, 3, 8, 8]
  package static let weight = [4, 3, 3, 3]
  package static let result = [2, 4, 4, 4]

  package static var plan: Plan {
    Plan(
      model: "tiny", sourceHash: "0", parameters: ["batch": "2"], states: states,
      data: [
        DataSource(
          input: "image", content: .images(ImageTransform(resize: 10, randomCrop: 8))),
        DataSource(input: "labels", content: .labels()),
      ], programs: [program], report: ["loss"])
  }

  package static var states: [StateDeclaration] {
    [
      StateDeclaration(
        name: "net/conv.weight", shape: weight, role: .parameter,
        initializer: .normal(mean: 0, std: 0.1)),
      StateDeclaration(name: "sgd/steps", shape: [], role: .slot, initializer: .constant(0)),
      StateDeclaration(
        name: "ema/conv.weight", shape: weight, role: .average,
        initializer: .copy(of: "net/conv.weight")),
    ]
  }

  package static var inputs: [Program.Input] {
    [
      Program.Input(name: "image", tensor: TensorID(0), source: .caller),
      Program.Input(name: "lr", tensor: TensorID(1), source: .schedule(Schedule(start: 0.01))),
      Program.Input(name: "labels", tensor: TensorID(2), source: .caller),
    ]
  }

  package static var program: Program {
    Program(
      name: "train", inputs: inputs,
      outputs: [named("loss", 6), named("mixed", 12)],
      values: [named("conv", 4), named("act", 5), named("grad/net/conv.weight", 8)],
      fused: [
        Program.NamedRegister(name: "square", call: 2, register: 1, shape: result),
        Program.NamedRegister(name: "rate", call: 5, register: 3, shape: []),
      ],
      tensors: tensors, calls: calls,
      memory: MemoryReport(arena: 1728, lowerBound: 1728, withoutReuse: 2240, heuristic: "hand"),
      reference: reference)
  }

  private static func named(_ name: String, _ tensor: Int) -> Program.NamedTensor {
    Program.NamedTensor(name: name, tensor: TensorID(tensor))
  }

  private static func tensor(
    _ shape: [Int], _ storage: PlanTensor.Storage, _ label: String,
    _ element: ElementType = .float32
  ) -> PlanTensor {
    PlanTensor(
      element: element, shape: shape, strides: Layout.strides(shape), storage: storage, label: label
    )
  }

  /// 0 image, 1 lr, 2 labels, 3 w, 4 conv, 5 act, 6 loss, 7 d conv, 8 d w, 9 w', 10 noise, 11 one-hot, 12 mixed,
  /// 13 steps, 14 steps'.
  package static var tensors: [PlanTensor] {
    [
      tensor(image, .input(0), "image"), tensor([], .input(1), "lr"),
      tensor([2], .input(2), "labels", .int64), tensor(weight, .state(0), "w"),
      tensor(result, .arena(offset: 0), "conv"), tensor(result, .arena(offset: 0), "act"),
      tensor([], .arena(offset: 512), "loss"), tensor(result, .arena(offset: 576), "d conv"),
      tensor(weight, .arena(offset: 1088), "d w"), tensor(weight, .state(0), "w'"),
      tensor([2, 5], .arena(offset: 1536), "noise"),
      tensor([2, 5], .arena(offset: 1600), "one-hot"),
      tensor([2, 5], .arena(offset: 1664), "mixed"), tensor([], .state(1), "steps"),
      tensor([], .state(1), "steps'"),
    ]
  }

  package static var convolution: ConvolutionCall {
    ConvolutionCall(
      source: TensorID(0), weight: TensorID(3), target: TensorID(4), stride: [2, 2],
      padding: [1, 1, 1, 1])
  }

  private static func load(_ tensor: Int, _ strides: [Int]) -> TileLoad {
    TileLoad(
      tensor: TensorID(tensor), strides: strides, divisors: strides.map { _ in 1 })
  }

  private static func map(
    _ extent: Int, _ loads: [TileLoad], _ instructions: [TileInstruction], to target: Int
  ) -> KernelCall {
    .tile(
      TileCall(
        extent: [extent], loads: loads, instructions: instructions,
        stores: [
          TileStore(
            register: loads.count + instructions.count - 1, tensor: TensorID(target), strides: [1])
        ], reductions: []))
  }

  private static let leaky = [
    TileInstruction(.constant, immediate: 0.2), TileInstruction(.multiply, [0, 1]),
    TileInstruction(.maximum, [0, 2]),
  ]
  /// 2·a where a is positive, else 0.4·a.
  private static let slope = [
    TileInstruction(.constant, immediate: 2), TileInstruction(.constant, immediate: 0.4),
    TileInstruction(.constant, immediate: 0), TileInstruction(.less, [3, 0]),
    TileInstruction(.select, [4, 1, 2]), TileInstruction(.multiply, [0, 5]),
  ]
  private static let square = TileInstruction(.multiply, [0, 0])

  package static var calls: [Call] {
    [
      Call(.convolution(convolution), label: "net.conv"),
      Call(map(128, [load(4, [1])], leaky, to: 5), label: "net.act"),
      Call(
        .tile(
          TileCall(
            extent: [32, 4], loads: [load(5, [4, 1])], instructions: [square], stores: [],
            reductions: [
              TileReduction(kind: .sum, register: 1, tensor: TensorID(6), strides: [0, 0])
            ])), label: "loss"),
      Call(map(128, [load(5, [1])], slope, to: 7), label: "loss.gradient"),
      Call(
        .convolutionWeightGradient(
          ConvolutionCall(
            source: TensorID(0), weight: TensorID(7), target: TensorID(8), stride: [2, 2],
            padding: [1, 1, 1, 1])), label: "net.conv.gradient"),
      Call(
        map(
          108, [load(3, [1]), load(8, [1]), load(1, [0])],
          [
            TileInstruction(.negate, [2]), TileInstruction(.fma, [1, 3, 0]),
          ], to: 9), label: "sgd"),
      Call(
        .random(
          RandomCall(
            target: TensorID(10), distribution: .normal(mean: 0, std: 1), key: 77, name: "noise")),
        label: "noise"),
      Call(
        .oneHot(OneHotCall(index: TensorID(2), target: TensorID(11))), label: "one_hot"),
      Call(
        map(
          10, [load(10, [1]), load(11, [1])], [TileInstruction(.multiply, [0, 1])], to: 12),
        label: "mixed"),
      Call(
        map(
          1, [load(13, [1])],
          [TileInstruction(.constant, immediate: 1), TileInstruction(.add, [0, 1])], to: 14),
        label: "steps"),
    ]
  }

  /// The same without fusion: the squares are a value, and nothing shares a buffer.
  package static var reference: ReferenceProgram {
    var tensors = tensors
    for index in tensors.indices {
      if case .arena = tensors[index].storage { tensors[index].storage = .own }
    }
    tensors.append(tensor(result, .own, "square"))
    var calls = calls
    calls[2] = Call(
      .tile(
        TileCall(
          extent: [128], loads: [load(15, [1])], instructions: [], stores: [],
          reductions: [
            TileReduction(kind: .sum, register: 0, tensor: TensorID(6), strides: [0])
          ])), label: "loss")
    calls.insert(Call(map(128, [load(5, [1])], [square], to: 15), label: "square"), at: 2)
    return ReferenceProgram(
      inputs: inputs, outputs: [named("loss", 6), named("mixed", 12)],
      values: [
        named("conv", 4), named("act", 5), named("grad/net/conv.weight", 8), named("square", 15),
      ], tensors: tensors, calls: calls)
  }
}

extension TinyPlan {
  /// The same plan with the gradient and the update of the weight in one call, so that the gradient is stored nowhere.
  package static var updating: Plan {
    var plan = plan
    guard case .convolutionWeightGradient(let gradient) = calls[4].kernel,
      case .tile(let tile) = calls[5].kernel
    else { preconditionFailure("the calls have other places") }
    let update = WeightUpdateCall(gradient: gradient, tile: tile)
    plan.programs[0].tensors[8].storage = .transient
    plan.programs[0].calls[4...5] = [Call(.weightUpdate(update), label: "net.conv.update")]
    plan.programs[0].values.removeAll { $0.tensor == TensorID(8) }
    plan.programs[0].fused[1].call = 4
    plan.programs[0].fused.append(
      Program.NamedRegister(
        name: "grad/net/conv.weight", call: 4, register: 1, shape: TinyPlan.weight))
    return plan
  }

  /// The same plan with the update of the weight and the count of steps in one call.
  package static var listing: Plan {
    var plan = plan
    let tiles = calls[5].kernel.tiles + calls[9].kernel.tiles
    plan.programs[0].calls[5] = Call(.tileList(TileListCall(tiles: tiles)), label: "sgd")
    plan.programs[0].calls.remove(at: 9)
    return plan
  }
}

extension TinyPlan {
  /// The same plan with the mean, tensor 15, and the variance, 16, of what the convolution computes.
  package static var measuring: Plan {
    var plan = plan
    let moments = [1, result[1], 1, 1]
    plan.programs[0].tensors += [
      tensor(moments, .arena(offset: 1728), "mean"),
      tensor(moments, .arena(offset: 1792), "variance"),
    ]
    plan.programs[0].memory.arena = 1856
    plan.programs[0].calls[0].kernel = .measured(
      MeasuredCall(
        producer: .convolution(convolution),
        moments: MomentsCall(
          source: TensorID(4), mean: TensorID(15), variance: TensorID(16),
          axes: MeasuredCall.axes)))
    return plan
  }
}
