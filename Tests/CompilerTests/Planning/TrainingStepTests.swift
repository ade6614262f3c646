import Compiler
import Foundation
import GraphIR
import Operators
import Plan
import Runtime
import Testing

/// A training iteration of a small generator and discriminator, planned as a whole.
@Suite struct TrainingStepTests {
  @Test func `the plan passes the checks of the runtime`() throws {
    let plan = try Compiler.compile(SmallGan().model).plan
    try PlanChecker.check(plan)
    for program in plan.programs { expectDisjoint(program) }
  }

  @Test func `the runtime computes what the reference interpreter computes`() throws {
    let plan = try Compiler.compile(SmallGan().model).plan
    let differences = try Runtime.Verifier.compare(plan, program: "train")
    #expect(differences.contains { $0.name == "loss" })
    #expect(differences.contains { $0.name == "state d2.weight" })
    for difference in differences where !(difference.maxRelative < 1e-3) {
      Issue.record("\(difference.name) differs by \(difference.maxRelative)")
    }
  }

  @Test func `all states are updated in place and no new value is copied`() throws {
    let program = try Compiler.compile(SmallGan().model).plan.programs[0]
    let copied = program.calls.flatMap { call -> [TensorID] in
      if case .copy(let copy) = call.kernel { [copy.target] } else { [] }
    }
    for target in copied {
      let storage = program.tensors[target.index].storage
      if case .state(let state) = storage { Issue.record("state \(state) is copied") }
    }
  }

  @Test func `a weight and its moments are updated by one call`() throws {
    let program = try Compiler.compile(SmallGan().model).plan.programs[0]
    let updates = program.calls.flatMap(\.kernel.tiles).filter { tile in
      tile.stores.contains { program.tensors[$0.tensor.index].shape.count == 4 }
        && tile.stores.count == 3
    }
    #expect(updates.count == 6)
  }

  @Test func `the arena is as small as the order of calls allows`() throws {
    let model = try SmallGan(batch: 64, width: 32, side: 16).model
    let memory = try Compiler.compile(model).plan.programs[0].memory
    #expect(Double(memory.arena) <= 1.05 * Double(memory.lowerBound))
    #expect(memory.arena * 3 < memory.withoutReuse)
  }

  @Test func `two compilations give the same bytes`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let plans = try (0..<2).map { _ in
      try encoder.encode(Compiler.compile(SmallGan().model).plan)
    }
    #expect(plans[0] == plans[1])
  }
}

/// up → conv → batch norm → relu → conv → tanh against conv → leaky relu → conv → batch norm → leaky relu → sum.
struct SmallGan {
  var model: Model
  private var graph = Graph(name: "train")
  private var states: [StateDeclaration] = []
  private var parameters: [Value] = []

  init(batch: Int = 4, width: Int = 8, side: Int = 8) throws {
    model = Model(
      name: "small", sourceHash: "", parameters: [:], states: [], programs: [], data: [],
      report: ["loss"], networks: [])
    let noise = graph.addInput(
      "noise", kind: .caller, type: TensorType(.float32, [batch, width, side, side]))
    let rate = graph.addInput("lr", kind: .caller, type: .scalar())
    let step = state("step", [])
    let count = try graph.add(step, 1)
    graph.stateUpdates.append(.init("step", count))
    var x = noise
    for layer in 0..<2 {
      let make = { (name: String, attributes: [Attribute]) throws(Diagnostic) in
        try OperatorCatalog.standard.make(name, attributes)
      }
      x = try graph.append(make("upsample", []), [x])[0]
      x = try convolution(x, "g\(layer)", width, width, kernel: 3, stride: 1)
      x = try normalization(x, "g\(layer)", width)
      x = try graph.relu(x)
    }
    x = try convolution(x, "rgb", width, 3, kernel: 3, stride: 1)
    x = try graph.tanh(x)
    graph.names.append(.init("image", x))
    for layer in 0..<3 {
      let wide = width << layer
      x = try convolution(x, "d\(layer)", layer == 0 ? 3 : wide / 2, wide, kernel: 4, stride: 2)
      if layer > 0 { x = try normalization(x, "d\(layer)", wide) }
      x = try graph.append(
        OperatorCatalog.standard.make("leaky_relu", [Attribute("negative_slope", .real(0.2))]), [x]
      )[0]
    }
    let loss = try graph.sum(graph.softplus(x), axes: [0, 1, 2, 3], keepingAxes: false)
    graph.outputs.append(.init("loss", loss))
    let gradients = try graph.append(GradientRequest(), [loss] + parameters)
    for (index, parameter) in parameters.enumerated() {
      let input = graph.inputs.first { $0.value == parameter }
      let name = input?.name ?? ""
      let slots = ["m", "v"].map { state("\(name)/\($0)", graph.type(of: parameter).shape) }
      let results = try graph.append(
        OperatorCatalog.standard.make("adam"), [parameter, gradients[index], rate, count] + slots)
      for (suffix, result) in zip(["", "/m", "/v"], results) {
        graph.stateUpdates.append(.init(name + suffix, result))
      }
    }
    model.states = states
    model.programs = [graph]
  }

  private mutating func state(_ name: String, _ shape: [Int]) -> Value {
    states.append(
      StateDeclaration(
        name: name, shape: shape, role: .parameter, initializer: .normal(mean: 0, std: 0.1)))
    return graph.addInput(name, kind: .state(name), type: TensorType(.float32, shape))
  }

  private mutating func parameter(_ name: String, _ shape: [Int]) -> Value {
    let value = state(name, shape)
    parameters.append(value)
    return value
  }

  private mutating func convolution(
    _ x: Value, _ name: String, _ from: Int, _ to: Int, kernel: Int, stride: Int
  ) throws -> Value {
    let weight = parameter("\(name).weight", [to, from, kernel, kernel])
    let op = try OperatorCatalog.standard.make(
      "conv2d",
      [
        Attribute("channels", .integer(to)), Attribute("kernel", .integer(kernel)),
        Attribute("stride", .integer(stride)), Attribute("padding", .integer(1)),
        Attribute("bias", .bool(false)),
      ])
    return try graph.append(op, [x, weight], origin: Origin(path: name))[0]
  }

  private mutating func normalization(
    _ x: Value, _ name: String, _ channels: Int
  ) throws -> Value {
    let weight = parameter("\(name).scale", [channels])
    let bias = parameter("\(name).shift", [channels])
    let running = ["mean", "var"].map { state("\(name).running_\($0)", [channels]) }
    let results = try graph.append(
      OperatorCatalog.standard.make("batch_norm"), [x, weight, bias] + running,
      origin: Origin(path: name))
    graph.stateUpdates.append(.init("\(name).running_mean", results[3]))
    graph.stateUpdates.append(.init("\(name).running_var", results[4]))
    return results[0]
  }
}
