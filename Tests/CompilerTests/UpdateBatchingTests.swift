import GraphIR
import Plan
import Runtime
import Testing

@testable import Compiler

/// Small updates of weights in one call are those that they were, and nothing more is live for them.
@Suite struct UpdateBatchingTests {
  private func plan(_ model: Model, without passes: Set<String> = []) throws -> Plan {
    var options = CompileOptions()
    options.without = passes
    return try Compiler.compile(model, options: options).plan
  }

  private func updates(in plan: Plan) -> [KernelCall] {
    plan.programs[0].calls.map(\.kernel).filter { call in
      !call.tiles.isEmpty
        && call.writes.contains { id in
          if case .state = plan.programs[0].tensors[id.index].storage { true } else { false }
        }
    }
  }

  @Test func `updates of one iteration become a few calls`() throws {
    let model = try SmallGan().model
    let (batched, alone) = (try plan(model), try plan(model, without: ["update-batching"]))
    try PlanChecker.check(batched)
    // Two of the gradients come while memory is short, which cuts the lists.
    #expect(updates(in: batched).count * 2 < updates(in: alone).count)
    #expect(updates(in: batched).flatMap(\.tiles).count == updates(in: alone).count)
  }

  @Test func `losses and all states are the same bits after some iterations`() throws {
    var model = try SmallGan().model
    // Second moments, of which roots are taken.
    for index in model.states.indices where model.states[index].name.hasSuffix("/v") {
      model.states[index].initializer = .constant(0.01)
    }
    let results = try [plan(model), plan(model, without: ["update-batching"])].map { plan in
      let session = try Session(plan: plan, seed: 3)
      let program = try session.bind("train")
      let inputs = plan.programs[0].inputs
      for input in inputs {
        let count = plan.programs[0].tensors[input.tensor.index].count
        let numbers = try program.inputBuffer(input.name).bindMemory(to: Float.self)
        for (index, number) in Numbers(seed: 11).prefix(count).enumerated() {
          numbers[index] = Float(number) * 0.01
        }
      }
      var losses: [[Float]] = []
      for step in 0..<3 as Range<UInt64> {
        try program.run(RunContext(seed: 3, step: step))
        losses.append(try program.tensor("loss").floats)
      }
      return try losses + session.states.names.map { try session.states.tensor($0).floats }
    }
    #expect(results[0] == results[1])
    let numbers = Array(results[0].joined())
    #expect(numbers.allSatisfy { $0.isFinite })
  }

  @Test func `outputs and states are the same numbers in double precision`() throws {
    let graph = try ChainRecomputationTests.training()
    let passes = Pipeline.rewriting + Pipeline.planning
    let alone = try graph.applying(passes.filter { $0.name != updateBatching.name })
    let batched = try graph.applying(passes)
    #expect(batched.nodes.contains { $0.op is TileList })
    #expect(LiveBytes(batched).peak <= LiveBytes(alone).peak)
    try DoubleRun(batched, scale: 0.3).expectEqual(DoubleRun(alone, scale: 0.3))
  }

  @Test func `a list is read as it is written`() throws {
    let graph = try SmallGan().model.programs[0].applying(Pipeline.rewriting + Pipeline.planning)
    for case let list as TileList in graph.nodes.map(\.op) {
      var reader = AttributeReader(list.attributes, of: TileList.name)
      let read = try TileList(&reader)
      #expect(read.attributes == list.attributes && read.tiles.count == list.tiles.count)
    }
  }
}
