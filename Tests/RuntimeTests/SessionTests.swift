import Plan
import PlanFixtures
import Runtime
import Testing

@Suite struct SessionTests {
  private let image = HostTensor(shape: TinyPlan.image, numbers(384, "image").map(Float.init))
  private let labels = HostTensor(shape: [2], [Int64(3), 1])

  private func bound(
    _ session: Session, capturing: [String] = [], overriding: [String] = []
  ) throws -> BoundProgram {
    let program = try session.bind("train", capturing: capturing, overriding: overriding)
    try program.set("image", image)
    try program.set("labels", labels)
    try program.setScalar("lr", 0.01)
    return program
  }

  @Test func `three steps agree with the reference interpreter`() throws {
    let session = try Session(plan: TinyPlan.plan, seed: 4)
    let program = try bound(session, capturing: ["conv", "act", "square", "rate"])
    let interpreter = try ReferenceInterpreter<Double>(
      TinyPlan.reference, states: TinyPlan.states)
    var states = try session.states.snapshot().mapValues { ReferenceValue<Double>($0) }
    for step in 0..<3 as Range<UInt64> {
      let context = RunContext(seed: 4, step: step)
      try program.run(context)
      let truth = try interpreter.run(
        inputs: [
          "image": ReferenceValue(image), "labels": ReferenceValue(labels),
          "lr": ReferenceValue(shape: [], [0.01]),
        ], states: states, context: context)
      states = truth.states
      for name in ["loss", "mixed", "conv", "act", "square"] {
        let difference = Verifier.difference(
          name, try program.tensor(name), try truth.value(name))
        #expect(difference.maxRelative < 1e-5, "\(difference)")
      }
      for name in session.states.names {
        let difference = Verifier.difference(
          name, try session.states.tensor(name), try #require(truth.states[name]))
        #expect(difference.maxRelative < 1e-5, "\(difference)")
      }
    }
    #expect(try session.states.tensor("sgd/steps").floats == [3])
    #expect(try program.tensor("rate") == HostTensor(shape: [], [Float(-0.01)]))
  }

  @Test func `a gradient that is stored nowhere can be captured, and updates alike`() throws {
    let gradient = "grad/net/conv.weight"
    let results = try [TinyPlan.plan, TinyPlan.updating].map { plan in
      let session = try Session(plan: plan, seed: 4)
      let program = try bound(session, capturing: [gradient])
      try program.run(RunContext(seed: 4, step: 0))
      return [
        try program.tensor(gradient).floats, try session.states.tensor("net/conv.weight").floats,
      ]
    }
    for (found, expected) in zip(results[1], results[0]) {
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    let calls = try Verifier.compareCalls(TinyPlan.updating, program: "train")
    #expect(calls.allSatisfy { $0.maxRelative < 1e-5 })
  }

  @Test func `a list of tiles computes what its tiles do, and shows its registers`() throws {
    let results = try [TinyPlan.plan, TinyPlan.listing].map { plan in
      let session = try Session(plan: plan, seed: 4)
      let program = try bound(session, capturing: ["rate"])
      for step in 0..<2 as Range<UInt64> { try program.run(RunContext(seed: 4, step: step)) }
      let states = try session.states.names.map { try session.states.tensor($0).floats }
      return try states + [program.tensor("rate").floats]
    }
    #expect(results[0] == results[1])
    let calls = try Verifier.compareCalls(TinyPlan.listing, program: "train")
    #expect(calls.allSatisfy { $0.maxRelative < 1e-5 })
  }

  @Test func `two sessions compute the same bits`() throws {
    func weights() throws -> HostTensor {
      let session = try Session(plan: TinyPlan.plan, seed: 9)
      let program = try bound(session)
      for step in 0..<5 as Range<UInt64> { try program.run(RunContext(seed: 9, step: step)) }
      return try session.states.tensor("net/conv.weight")
    }
    #expect(try weights() == weights())
  }

  @Test func `a random node takes the caller's numbers`() throws {
    let program = try bound(
      try Session(plan: TinyPlan.plan, seed: 0), overriding: ["noise"])
    #expect(throws: RuntimeError.self) { try program.run(RunContext(seed: 0, step: 0)) }
    try program.override("noise", with: HostTensor(shape: [2, 5], (0..<10).map(Float.init)))
    try program.run(RunContext(seed: 0, step: 0))
    #expect(try program.tensor("mixed").floats == [0, 0, 0, 3, 0, 0, 6, 0, 0, 0])
  }

  @Test func `an input buffer holds channels last`() throws {
    let program = try bound(try Session(plan: TinyPlan.plan, seed: 0))
    let buffer = try program.inputBuffer("image")
    #expect(buffer.count == 384 * 4)
    buffer.storeBytes(of: 42, toByteOffset: 4, as: Float.self)
    #expect(try program.tensor("image").floats[64] == 42)
  }

  @Test func `the first number that is not finite is found where it arose`() throws {
    let session = try Session(plan: TinyPlan.plan, seed: 0)
    let program = try bound(session)
    try program.run(RunContext(seed: 0, step: 0), checking: .everyCall)
    var weights = try session.states.tensor("net/conv.weight").floats
    weights[5] = .infinity
    try session.states.set("net/conv.weight", HostTensor(shape: TinyPlan.weight, weights))
    do {
      try program.run(RunContext(seed: 0, step: 1), checking: .everyCall)
      Issue.record("expected a refusal")
    } catch {
      #expect(error.kind == .notFinite)
      let start = "programs.train.calls[0] 'net.conv' (convolution) wrote tensor 4 'conv' with "
      #expect(error.description.hasPrefix(start), "found '\(error)'")
      #expect(error.description.contains("of 128 numbers; the others lie in"))
    }
  }

  @Test func `names that are not there are answered with those that are`() throws {
    let session = try Session(plan: TinyPlan.plan, seed: 0)
    let program = try bound(session)
    expect("no program 'trian'; did you mean 'train'?") { try session.bind("trian") }
    expect("no value 'squre'; did you mean 'square'?") {
      try session.bind("train", capturing: ["squre"])
    }
    expect("no random node 'nois'; did you mean 'noise'?") {
      try session.bind("train", overriding: ["nois"])
    }
    expect("no input 'picture'; expected one of 'image', 'labels', 'lr'") {
      try program.set("picture", image)
    }
    expect("value 'conv' of 'train' is gone after a run; name it in 'capturing'") {
      try program.tensor("conv")
    }
    expect("expected input 'image' to be one float32 number, found [2, 3, 8, 8] of f32") {
      try program.setScalar("image", 1)
    }
    let fresh = try session.bind("train")
    expect("expected input 'image' of 'train' to be set, found that it never was") {
      try fresh.run(RunContext(seed: 0, step: 0))
    }
    var broken = TinyPlan.plan
    broken.programs[0].memory.arena = 64
    expect("programs.train.tensors[4]: expected 512 bytes at 0 to end within") {
      try Session(plan: broken, seed: 0)
    }
  }

  private func expect(_ message: String, _ body: () throws -> Any) {
    do {
      _ = try body()
      Issue.record("expected a refusal: \(message)")
    } catch {
      #expect("\(error)".hasPrefix(message), "found '\(error)'")
    }
  }
}
