import Plan
import PlanFixtures
import Runtime
import Testing

@Suite struct VerifierTests {
  @Test func `an optimised program agrees with the interpreter in all that both can name`() throws {
    let differences = try Verifier.compare(TinyPlan.plan, program: "train")
    #expect(
      Set(differences.map(\.name)).isSuperset(of: [
        "loss", "mixed", "conv", "act", "grad/net/conv.weight", "square",
        "state net/conv.weight", "state sgd/steps",
      ]))
    #expect(differences.allSatisfy { $0.maxRelative < 1e-5 })
  }

  @Test func `what is wrong is found where it arises, and nowhere behind`() throws {
    var plan = TinyPlan.plan
    guard case .tile(var tile) = plan.programs[0].calls[1].kernel else { return }
    tile.instructions[0].immediate = 0.3
    plan.programs[0].calls[1].kernel = .tile(tile)
    let wrong = try Verifier.compare(plan, program: "train").filter { $0.maxRelative > 1e-3 }
    #expect(wrong.map(\.name) == ["act"])
  }

  @Test func `a step is compared with a step, not with the weight that it moves`() throws {
    var plan = TinyPlan.plan
    guard case .tile(var tile) = plan.programs[0].calls[5].kernel else { return }
    // -0.99 · rate instead of -rate.
    tile.instructions = [
      TileInstruction(.constant, immediate: -0.99), TileInstruction(.multiply, [2, 3]),
      TileInstruction(.fma, [1, 4, 0]),
    ]
    tile.stores[0].register = 5
    plan.programs[0].calls[5].kernel = .tile(tile)
    plan.programs[0].fused[1].register = 4
    let differences = try Verifier.compare(plan, program: "train")
    let step = try #require(differences.first { $0.name == "state net/conv.weight" })
    #expect(abs(step.maxRelative - 0.01) < 1e-3, "\(step)")
  }

  @Test func `the interpreter goes on with the numbers of the run that it follows`() throws {
    let interpreter = try ReferenceInterpreter<Double>(
      TinyPlan.reference, states: TinyPlan.states)
    let inputs: [String: ReferenceValue<Double>] = [
      "image": ReferenceValue(shape: TinyPlan.image, numbers(384, "image")),
      "labels": ReferenceValue(shape: [2], integers: [3, 1]),
      "lr": ReferenceValue(shape: [], [0.01]),
    ]
    let states = try Session(plan: TinyPlan.plan, seed: 4).states.snapshot()
      .mapValues { ReferenceValue<Double>($0) }
    let alone = try interpreter.run(inputs: inputs, states: states)
    let conv = try alone.value("conv").host
    // As if every number had been rounded to the other side of the kink.
    let mirrored = HostTensor(shape: conv.shape, conv.floats.map { -$0 })
    let following = try interpreter.run(
      inputs: inputs, states: states,
      following: ComputedValues(values: ["conv": mirrored], states: [:]))
    #expect(try following.value("conv") == alone.value("conv"))
    #expect(
      try following.value("act").scalars
        == mirrored.floats.map { $0 > 0 ? Double($0) : 0.2 * Double($0) })
    #expect(try following.value("grad/net/conv.weight") != alone.value("grad/net/conv.weight"))
    #expect(following.states["net/conv.weight"] != alone.states["net/conv.weight"])
    #expect(following.states["sgd/steps"]?.scalars == [1])
  }

  @Test func `states start where one run shows what it does to them`() throws {
    let context = RunContext(seed: 3, step: 0)
    let first = try Session(plan: TinyPlan.plan, seed: 3).states.snapshot()
    let start = try Verifier.start(
      TinyPlan.plan, program: "train", given: [:], context: context)
    #expect(start["sgd/steps"]?.floats == [1])
    #expect(start["net/conv.weight"] == first["net/conv.weight"])
    #expect(
      start["ema/conv.weight"]?.floats == first["ema/conv.weight"]?.floats.map { 0.9 * $0 })
    let given = HostTensor(shape: [], [7 as Float])
    let known = try Verifier.start(
      TinyPlan.plan, program: "train", given: ["sgd/steps": given], context: context)
    #expect(known["sgd/steps"] == given)
  }

  @Test func `the rounding of single precision is measured where a value is beyond the tolerance`()
    throws
  {
    let strict = try Verifier.compare(TinyPlan.plan, program: "train", tolerance: 0)
    let inexact = strict.filter { $0.maxRelative > 0 }
    #expect(!inexact.isEmpty)
    #expect(inexact.contains { $0.rounding > 0 })
    #expect(strict.allSatisfy { $0.rounding < 1e-5 })
    let lenient = try Verifier.compare(TinyPlan.plan, program: "train", tolerance: 1e-3)
    #expect(lenient.allSatisfy { $0.rounding == 0 })
  }

  @Test func `a sum that cancels is known by its rounding`() throws {
    var plan = TinyPlan.plan
    guard case .tile(var tile) = plan.programs[0].calls[2].kernel else { return }
    // Σ (3a - 2a - a), which is nothing but rounding.
    tile.instructions = [
      TileInstruction(.constant, immediate: 3), TileInstruction(.multiply, [0, 1]),
      TileInstruction(.constant, immediate: 2), TileInstruction(.multiply, [0, 3]),
      TileInstruction(.subtract, [2, 4]), TileInstruction(.subtract, [5, 0]),
    ]
    tile.reductions[0].register = 6
    plan.programs[0].calls[2].kernel = .tile(tile)
    let calls = try Verifier.compareCalls(plan, program: "train", tolerance: 1e-4)
    let sum = try #require(calls.first { $0.name.contains("'loss'") })
    #expect(sum.maxRelative > 1 && sum.maxRelative < 8 * sum.rounding, "\(sum)")
    #expect(calls.allSatisfy { $0.name == sum.name || $0.rounding == 0 && $0.maxRelative < 1e-4 })
  }
}
