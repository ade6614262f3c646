import Plan
import PlanFixtures
import Testing

/// What the checker demands of tiles that threads share.
@Suite struct TileListCheckTests {
  /// The reason for which a plan is refused after a change of the list.
  private func refusal(_ change: (inout TileListCall) -> Void) -> String {
    var plan = TinyPlan.listing
    guard case .tileList(var list) = plan.programs[0].calls[5].kernel else { return "no list" }
    change(&list)
    plan.programs[0].calls[5].kernel = .tileList(list)
    do {
      try PlanChecker.check(plan)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func `two updates in one call are accepted`() throws {
    try PlanChecker.check(TinyPlan.listing)
  }

  @Test func `the plan file holds the call, and which tile a register is of`() throws {
    var plan = TinyPlan.listing
    plan.programs[0].fused[1].tile = 1
    plan.programs[0].fused[1].register = 2
    try PlanChecker.check(plan)
    let read = try PlanFile.decode(PlanFile.encode(plan))
    #expect(read.programs[0].calls[5].kernel == plan.programs[0].calls[5].kernel)
    #expect(read.programs[0].fused[1].tile == 1)
    plan.programs[0].fused[1].tile = 2
    #expect(throws: PlanError.self) { try PlanChecker.check(plan) }
  }

  @Test func `a list is neither empty nor endless`() {
    #expect(refusal { $0.tiles = [] }.contains("expected 1 to 1024 tiles, found 0"))
    let long = refusal { $0.tiles = Array(repeating: $0.tiles[0], count: 1025) }
    #expect(long.contains("expected 1 to 1024 tiles, found 1025"))
  }

  @Test func `every tile is held to what a tile call is held to`() {
    let register = refusal { $0.tiles[1].stores[0].register = 9 }
    #expect(register.contains("calls[5].tiles[1]: expected a register below 3"))
    let extent = refusal { $0.tiles[0].extent = [109] }
    #expect(extent.contains("tiles[0]: expected loads[0] to stay within the 108 elements"))
    let tensor = refusal { $0.tiles[1].loads[0].tensor = TensorID(400) }
    #expect(tensor.contains("expected a tensor index below"))
    let partly = refusal { $0.tiles[0].extent = [107] }
    #expect(partly.contains("expected stores[0] to visit every element"))
  }

  @Test func `nothing is reduced in a list`() {
    let reason = refusal {
      $0.tiles[0].reductions = [
        TileReduction(kind: .sum, register: 0, tensor: TensorID(6), strides: [0])
      ]
    }
    #expect(reason.contains("tiles[0]: expected no reductions in a list, found 1"))
  }

  @Test func `two tiles must not write the same memory`() {
    let reason = refusal { list in
      list.tiles.append(
        TileCall(
          extent: [108], loads: [], instructions: [TileInstruction(.constant, immediate: 0)],
          stores: list.tiles[0].stores, reductions: []))
      list.tiles[2].stores[0].register = 0
    }
    #expect(reason.contains("expected targets that do not overlap"))
  }

  @Test func `no tile may read what another one writes`() {
    let reason = refusal { list in
      // Reads the old weight, over which the first tile writes.
      list.tiles[1].loads.append(TileLoad(tensor: TensorID(3), strides: [1], divisors: [1]))
      for index in list.tiles[1].instructions.indices {
        list.tiles[1].instructions[index].operands = list.tiles[1].instructions[index].operands.map
        {
          $0 == 0 ? 0 : $0 + 1
        }
      }
      list.tiles[1].stores[0].register += 1
    }
    #expect(reason.contains("not to overlap the operand"), "\(reason)")
  }
}
