import Plan
import PlanFixtures
import Testing

/// One way to break the tiny plan, and how the refusal begins.
struct Breakage: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var message: String
  var apply: @Sendable (inout Plan) -> Void

  init(_ name: String, _ message: String, _ apply: @escaping @Sendable (inout Plan) -> Void) {
    testDescription = name
    self.message = message
    self.apply = apply
  }
}

@Suite struct PlanCheckerTests {
  @Test func `the tiny plan is accepted`() throws { try PlanChecker.check(TinyPlan.plan) }

  @Test(arguments: tables + tensors + names) func `refuses broken tables`(breakage: Breakage) {
    expectRefusal(breakage)
  }

  @Test(arguments: kernels + tiles) func `refuses broken kernel calls`(breakage: Breakage) {
    expectRefusal(breakage)
  }

  @Test(arguments: flows) func `refuses broken data flow`(breakage: Breakage) {
    expectRefusal(breakage)
  }

  private func expectRefusal(_ breakage: Breakage) {
    var plan = TinyPlan.plan
    breakage.apply(&plan)
    do {
      try PlanChecker.check(plan)
      Issue.record("expected a refusal: \(breakage.message)")
    } catch {
      #expect(error.description.hasPrefix(breakage.message), "found '\(error)'")
    }
  }

  @Test func `parts that add up make a whole, and parts that do not are noticed`() throws {
    var plan = TinyPlan.plan
    plan.programs[0].reference = nil
    // 'mixed' copied into 'noise' in two halves, then 'noise' is an output.
    func half(_ offset: Int) -> Call {
      Call(
        .copy(
          CopyCall(
            source: TensorID(12), target: TensorID(10), extent: [5], sourceStrides: [1],
            sourceOffset: offset, targetStrides: [1], targetOffset: offset)), label: "half")
    }
    plan.programs[0].calls += [half(0), half(5)]
    plan.programs[0].outputs.append(.init(name: "copied", tensor: TensorID(10)))
    try PlanChecker.check(plan)
  }
}

// MARK: Tables

private let tables = [
  Breakage("version", "version: expected format version 5, found 6") { $0.version = 6 },
  Breakage("state shape", "states[0] 'net/conv.weight': expected a positive shape") {
    $0.states[0].shape = [4, 0]
  },
  Breakage("huge state", "states[0] 'net/conv.weight': expected a positive shape") {
    $0.states[0].shape = [1 << 62, 1 << 62]
  },
  Breakage("deviation", "states[0] 'net/conv.weight'.initializer: expected a finite mean") {
    $0.states[0].initializer = .normal(mean: 0, std: -1)
  },
  Breakage("uniform", "states[0] 'net/conv.weight'.initializer: expected low at most high") {
    $0.states[0].initializer = .uniform(low: 1, high: 0)
  },
  Breakage("orthogonal", "states[1] 'sgd/steps'.initializer: expected a float32 shape of rank 2") {
    $0.states[1].initializer = .orthogonal(gain: 1)
  },
  Breakage(
    "copy of nothing", "states[2] 'ema/conv.weight'.initializer: expected the name of a state"
  ) {
    $0.states[2].initializer = .copy(of: "nothing")
  },
  Breakage("copy of itself", "states[2] 'ema/conv.weight'.initializer: expected copies to end") {
    $0.states[2].initializer = .copy(of: "ema/conv.weight")
  },
  Breakage("copy of another shape", "states[2] 'ema/conv.weight'.initializer: expected 'sgd/steps'")
  {
    $0.states[2].initializer = .copy(of: "sgd/steps")
  },
  Breakage("data", "data[0] 'picture': expected the name of a program input, found 'picture'") {
    $0.data[0].input = "picture"
  },
  Breakage("crop", "data[0] 'image': expected a side of 1 to 16384 pixels, found 0") {
    $0.data[0].content = .images(ImageTransform(randomCrop: 0))
  },
  Breakage("report", "report[0]: expected a value of 'train', found 'lost'") {
    $0.report = ["lost"]
  },
  Breakage("arena size", "programs.train.memory.arena: expected 0 to 2^40 bytes, found -1") {
    $0.programs[0].memory.arena = -1
  },
]

private let names = [
  Breakage("two states", "states: expected each state name once, found 'sgd/steps' twice") {
    $0.states[2].name = "sgd/steps"
  },
  Breakage("two programs", "programs: expected each program name once, found 'train' twice") {
    $0.programs.append($0.programs[0])
  },
  Breakage("two inputs", "programs.train.inputs: expected each input name once, found 'lr' twice") {
    $0.programs[0].inputs[0].name = "lr"
  },
  Breakage("two outputs", "programs.train.outputs: expected each value name once, found 'loss'") {
    $0.programs[0].outputs[1].name = "loss"
  },
  Breakage("output index", "programs.train.outputs[0] 'loss': expected a tensor index below 15") {
    $0.programs[0].outputs[0].tensor = TensorID(15)
  },
  Breakage("value index", "programs.train.values[0] 'conv': expected a tensor index below 15") {
    $0.programs[0].values[0].tensor = TensorID(-1)
  },
  Breakage("fused call", "programs.train.fused[0] 'square': expected the index of a tile call") {
    $0.programs[0].fused[0].call = 0
  },
  Breakage("fused tile", "programs.train.fused[0] 'square': expected a tile below 1, found 1") {
    $0.programs[0].fused[0].tile = 1
  },
  Breakage("fused register", "programs.train.fused[0] 'square': expected a register below 2") {
    $0.programs[0].fused[0].register = 2
  },
  Breakage("fused shape", "programs.train.fused[0] 'square': expected a positive shape") {
    $0.programs[0].fused[0].shape = [-1]
  },
  Breakage("input storage", "programs.train.inputs[0] 'image': expected a tensor stored as input 0")
  {
    $0.programs[0].tensors[0].storage = .arena(offset: 0)
  },
  Breakage("schedule", "programs.train.inputs[0] 'image': expected one float32 number for a sched")
  {
    $0.programs[0].inputs[0].source = .schedule(Schedule(start: 1))
  },
]

private let tensors = [
  Breakage("shape", "programs.train.tensors[4]: expected a shape of at most 8 positive extents") {
    $0.programs[0].tensors[4].shape = [2, 4, -4, 4]
  },
  Breakage("product", "programs.train.tensors[4]: expected a shape of at most 8 positive extents") {
    $0.programs[0].tensors[4].shape = [1 << 32, 1 << 32, 1 << 32, 1]
  },
  Breakage("stride count", "programs.train.tensors[4]: expected 4 strides, found 1") {
    $0.programs[0].tensors[4].strides = [1]
  },
  Breakage("strides", "programs.train.tensors[4]: expected strides from 0 that stay within 2^40") {
    $0.programs[0].tensors[4].strides[0] = .max
  },
  Breakage("negative stride", "programs.train.tensors[4]: expected strides from 0 that stay") {
    $0.programs[0].tensors[4].strides[0] = -1
  },
  Breakage("alignment", "programs.train.tensors[4]: expected an arena offset in steps of 64") {
    $0.programs[0].tensors[4].storage = .arena(offset: 4)
  },
  Breakage("bounds", "programs.train.tensors[4]: expected 512 bytes at 1280 to end within the") {
    $0.programs[0].tensors[4].storage = .arena(offset: 1280)
  },
  Breakage("far offset", "programs.train.tensors[4]: expected 512 bytes at \(Int.max - 63) to end")
  {
    $0.programs[0].tensors[4].storage = .arena(offset: .max - 63)
  },
  Breakage("state index", "programs.train.tensors[3]: expected a state index below 3, found 3") {
    $0.programs[0].tensors[3].storage = .state(3)
  },
  Breakage("state shape", "programs.train.tensors[3]: expected [] of f32 like state 'sgd/steps'") {
    $0.programs[0].tensors[3].storage = .state(1)
  },
  Breakage("state strides", "programs.train.tensors[3]: expected the strides [27, 1, 9, 3] of a st")
  {
    $0.programs[0].tensors[3].strides = [27, 9, 3, 1]
  },
  Breakage("input index", "programs.train.tensors[0]: expected an input index below 3, found 9") {
    $0.programs[0].tensors[0].storage = .input(9)
  },
  Breakage("input strides", "programs.train.tensors[0]: expected the strides [192, 1, 24, 3] of an")
  {
    $0.programs[0].tensors[0].strides = [192, 64, 8, 1]
  },
  Breakage("view of a view", "programs.train.tensors[5]: expected a view of a tensor that is not a")
  {
    $0.programs[0].tensors[4].storage = .view(of: TensorID(7), offset: 0)
    $0.programs[0].tensors[5].storage = .view(of: TensorID(4), offset: 0)
  },
  Breakage("view outside", "programs.train.tensors[5]: expected 512 bytes at whole elements within")
  {
    $0.programs[0].tensors[5].storage = .view(of: TensorID(4), offset: 4)
  },
  Breakage("view type", "programs.train.tensors[6]: expected elements of i64 like the viewed tens")
  {
    $0.programs[0].tensors[6].storage = .view(of: TensorID(2), offset: 0)
  },
  Breakage("own buffer", "programs.train.tensors[4]: expected a place in the arena, found 'own'") {
    $0.programs[0].tensors[4].storage = .own
  },
  Breakage(
    "arena in a reference",
    "programs.train.reference.tensors[4]: expected a buffer of its own, found an arena offset"
  ) { $0.programs[0].reference?.tensors[4].storage = .arena(offset: 0) },
]
