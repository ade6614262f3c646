import Foundation
import FuzzSupport
import Plan
import PlanFixtures
import Runtime
import Testing

@Suite struct DamagedPlanTests {
  /// What the checker lets through must stay inside its memory: guard pages would end the process.
  @Test func `damaged plans that pass the check run harmlessly`() throws {
    let bytes = try [TinyPlan.plan, TinyPlan.measuring].map { try PlanFile.encode($0) }
    var ran = 0
    let slow = try MutationRun("run-plans", of: bytes).forEach { mutant in
      guard let plan = try? PlanFile.decode(mutant.bytes),
        let session = try? Session(plan: plan, seed: 0), let program = plan.programs.first,
        program.memory.arena < 1 << 20, let bound = try? session.bind(program.name)
      else { return }
      for input in bound.inputNames {
        _ = try bound.inputBuffer(input)
      }
      try bound.run(RunContext(seed: 0, step: 0))
      ran += 1
    }
    #expect(ran > 20)
    #expect(slow.isEmpty)
  }

  @Test func `a plan goes through a file, and a lost file is named`() throws {
    let path = NSTemporaryDirectory() + "planform-\(UUID().uuidString).plan"
    try PlanFile.write(TinyPlan.plan, path: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try PlanFile.read(path: path).model == "tiny")
    let missing = path + ".lost"
    #expect(throws: RuntimeError(.missing, "\(missing): expected a plan file, found none")) {
      _ = try PlanFile.read(path: missing)
    }
    try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: RuntimeError(.invalid, "\(path): plan: expected the key 'version', found none"))
    {
      _ = try PlanFile.read(path: path)
    }
  }

  @Test func `more memory than the machine has is refused`() throws {
    var plan = TinyPlan.plan
    plan.programs[0].memory.arena = 1 << 40
    let session = try Session(plan: plan, seed: 0)
    #expect {
      _ = try session.bind("train")
    } throws: { error in
      (error as? RuntimeError)?.kind == .cannotCreate
    }
  }
}
