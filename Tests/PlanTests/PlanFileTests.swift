import FuzzSupport
import Plan
import PlanFixtures
import Testing

@Suite struct PlanFileTests {
  @Test func `a plan survives the file, and equal plans give equal bytes`() throws {
    let bytes = try PlanFile.encode(TinyPlan.plan)
    let again = try PlanFile.encode(try PlanFile.decode(bytes))
    #expect(bytes == again)
    #expect(
      try PlanFile.decode(bytes).programs[0].calls.map(\.kernel) == TinyPlan.calls.map(\.kernel))
  }

  @Test func `reference programs may be passed over`() throws {
    let plan = try PlanFile.decode(try PlanFile.encode(TinyPlan.plan), .withoutReferences)
    #expect(TinyPlan.plan.programs.contains { $0.reference != nil })
    #expect(plan.programs.map(\.name) == TinyPlan.plan.programs.map(\.name))
    #expect(plan.programs.allSatisfy { $0.reference == nil })
  }

  @Test func `every call and tensor has a line of its own`() throws {
    let text = String(decoding: try PlanFile.encode(TinyPlan.plan), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let plan = TinyPlan.plan.programs[0]
    let calls = plan.calls.count + (plan.reference?.calls.count ?? 0)
    #expect(lines.filter { $0.contains("\"kernel\":{") && $0.hasPrefix("{") }.count == calls)
    #expect(lines.filter { $0.contains("\"storage\":") && $0.hasPrefix("{") }.count == 15 + 16)
    #expect(text.hasSuffix("}\n"))
  }

  @Test(arguments: [
    Double.infinity, -.infinity, -0.0, 0.1, Double.leastNonzeroMagnitude,
    Double.greatestFiniteMagnitude, 1 / 3, .nan,
  ])
  func `a number keeps every bit`(number: Double) throws {
    var plan = TinyPlan.plan
    plan.states[1].initializer = .constant(number)
    plan.programs[0].calls[9].kernel = .tile(
      TileCall(
        extent: [1], loads: [], instructions: [TileInstruction(.constant, immediate: number)],
        stores: [TileStore(register: 0, tensor: TensorID(14), strides: [1])], reductions: []))
    let read = try PlanFile.decode(try PlanFile.encode(plan))
    guard case .constant(let state) = read.states[1].initializer,
      case .tile(let tile) = read.programs[0].calls[9].kernel
    else {
      Issue.record("the cases changed")
      return
    }
    for found in [state, tile.instructions[0].immediate] {
      #expect(found.isNaN == number.isNaN)
      if !number.isNaN { #expect(found.bitPattern == number.bitPattern) }
    }
  }

  @Test func `errors name the place`() throws {
    let text = String(decoding: try PlanFile.encode(TinyPlan.plan), as: UTF8.self)
    expect(
      text.replacing("\"maximum 0 2\"", with: "\"maximal 0 2\""),
      "programs[0].calls[1].kernel.instructions[2]: 'maximal 0 2' is not a tile instruction")
    expect(
      text.replacing("\"call\":\"oneHot\"", with: "\"call\":\"oneCold\""),
      "programs[0].calls[7].kernel.call: ")
    expect(
      text.replacing("\"version\":5", with: "\"version\":99"),
      "version: expected format version 5, found 99; compile the plan again")
    expect(
      text.replacing("\"model\":", with: "\"motel\":"), "plan: expected the key 'model', found none"
    )
    expect("{", "plan: ")
    expect("", "plan: ")
    expect(
      String(repeating: "[", count: 100_000),
      "plan: expected nesting of at most 32 levels, found 100000")
  }

  private func expect(_ text: String, _ message: String) {
    do {
      _ = try PlanFile.decode(Array(text.utf8))
      Issue.record("expected a refusal: \(message)")
    } catch {
      #expect(error.description.hasPrefix(message), "found '\(error)'")
    }
  }

  @Test func `damaged files are refused with a place or accepted, and never trap`() throws {
    let bytes = try PlanFile.encode(TinyPlan.plan)
    var accepted = 0
    let slow = try MutationRun("plans", of: [bytes]).forEach { mutant in
      do throws(PlanError) {
        try PlanChecker.check(try PlanFile.decode(mutant.bytes))
        accepted += 1
      } catch {
        #expect(!error.place.isEmpty && !error.message.isEmpty)
      }
    }
    // Labels, heuristics' names and numbers without consequence may change freely; most else may not.
    #expect((1..<mutationCount / 2).contains(accepted))
    #expect(slow.isEmpty)
  }
}
