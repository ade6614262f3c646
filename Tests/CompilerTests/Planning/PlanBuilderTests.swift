import Compiler
import GraphIR
import Plan
import Testing

@Suite struct PlanBuilderTests {
  @Test func `a reshape whose elements lie right is a view`() throws {
    var graph = Graph(name: "g")
    let x = try graph.apply(ToyKernel(), graph.input("x", 2, 3, 4))
    let flat = try graph.apply(ToyReshape(to: [6, 4]), graph.apply(ToyReshape(to: [2, 12]), x))
    graph.outputs = [.init("y", try graph.apply(ToyKernel(), flat))]
    let program = try graph.program()
    #expect(program.calls.count == 2)
    try expectAgreement(program, states: [])
  }

  /// [2×48] row by row is not [2×3×4×4] with channels last: the copy walks 2, 3, 16.
  @Test func `a reshape into channels-last is a strided copy`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 2, 48)
    graph.outputs = [.init("y", try graph.apply(ToyReshape(to: [2, 3, 4, 4]), x))]
    let program = try graph.program()
    guard case .copy(let copy) = program.calls[0].kernel else {
      Issue.record("a reshape is a copy")
      return
    }
    #expect(copy.extent == [2, 3, 16])
    try expectAgreement(program, states: [])
  }

  @Test func `a reshape that no strided copy can do goes through rows`() throws {
    var graph = Graph(name: "g")
    let x = graph.input("x", 1, 4, 3, 2)
    graph.outputs = [.init("y", try graph.apply(ToyReshape(to: [1, 3, 2, 4]), x))]
    let program = try graph.program()
    #expect(program.calls.count == 2)
    try expectAgreement(program, states: [])
  }

  @Test func `a slice of leading elements is a view`() throws {
    var graph = Graph(name: "g")
    let x = try graph.apply(ToyKernel(), graph.input("x", 4, 2, 3, 3))
    let slice = try graph.apply(ToySlice(1..<3), x)
    graph.outputs = [.init("y", try graph.apply(ToyKernel(), slice))]
    graph.names = [.init("slice", slice)]
    let program = try graph.program()
    #expect(program.calls.count == 2)
    let view = try #require(program.values.first { $0.name == "slice" })
    guard case .view(_, let offset) = program.tensors[view.tensor.index].storage else {
      Issue.record("the slice is a view")
      return
    }
    #expect(offset == 2 * 3 * 3 * 4)
    try expectAgreement(program, states: [])
  }

  @Test func `a tile writes over an operand that dies`() throws {
    var graph = Graph(name: "g")
    let x = try graph.apply(ToyKernel(), graph.input("x", 8, 8))
    let y = try graph.apply(ToyKernel(), graph.point(.negate, x))
    graph.outputs = [.init("y", y)]
    let program = try graph.program()
    // x and its negative share 256 bytes; y has its own.
    #expect(program.memory.arena == 512 && program.memory.withoutReuse == 768)
    try expectAgreement(program, states: [])
  }

  @Test func `a tile that reads elsewhere does not write over its operand`() throws {
    var graph = Graph(name: "g")
    let x = try graph.apply(ToyKernel(), graph.input("x", 8, 1))
    graph.outputs = [
      .init("y", try graph.point(.add, x, graph.apply(ToyReshape(to: [8, 1]), x)))
    ]
    // [1×8] + [8×1] visits every element of x eight times.
    let program = try graph.program()
    try expectAgreement(program, states: [])
    expectDisjoint(program)
  }

  @Test func `a state is updated in place when nobody reads the old value later`() throws {
    var graph = Graph(name: "g")
    let s = graph.state("s", 4, 4)
    // In program order the reader of the old value comes last; the scheduler puts it first.
    let updated = try graph.point(.add, s, graph.input("x", 4, 4))
    graph.outputs = [.init("old", try graph.apply(ToyKernel(), s))]
    graph.stateUpdates = [.init("s", updated)]
    let program = try graph.program()
    #expect(program.calls.map(\.kernel.name) == ["copy", "tile"])
    #expect(program.memory.withoutReuse == 64)
    try expectAgreement(program, states: graph.declaredStates)
  }

  @Test func `a state whose old value is needed later is stored at the end`() throws {
    var graph = Graph(name: "g")
    let s = graph.state("s", 4, 4)
    let updated = try graph.point(.add, s, graph.input("x", 4, 4))
    let both = try graph.apply(ToyKernel(), graph.apply(ToyKernel(), updated), s)
    let late = try graph.point(.add, both, s)
    graph.outputs = [.init("late", late)]
    graph.stateUpdates = [.init("s", updated)]
    let program = try graph.program()
    #expect(program.calls.last?.kernel.name == "copy")
    try expectAgreement(program, states: graph.declaredStates)
  }

  @Test func `an output that is a state's old value survives the update`() throws {
    var graph = Graph(name: "g")
    let s = graph.state("s", 4)
    graph.outputs = [.init("old", s)]
    graph.stateUpdates = [.init("s", try graph.point(.negate, s))]
    try expectAgreement(graph.program(), states: graph.declaredStates)
  }

  @Test func `states that trade places are stored through copies`() throws {
    var graph = Graph(name: "g")
    let (a, b) = (graph.state("a", 4), graph.state("b", 4))
    graph.stateUpdates = [.init("a", b), .init("b", a)]
    try expectAgreement(graph.program(), states: graph.declaredStates)
  }

  @Test func `a tensor needed early and late is computed twice`() throws {
    var graph = Graph(name: "g")
    let y = try graph.apply(ToyKernel(), graph.input("x", 1, 4, 8, 8))
    let up = try graph.apply(ToyUpsample(), graph.point(.maximum, y, graph.point(.negate, y)))
    var deep = try graph.apply(ToyKernel(), up)
    for _ in 0..<3 { deep = try graph.apply(ToyKernel(), deep) }
    let late = try graph.apply(ToyKernel(), up, deep)
    let last = try graph.apply(ToyKernel(), y, late)
    graph.outputs = [.init("late", late), .init("last", last)]
    let program = try graph.program(policy: .thorough)
    #expect(program.calls.compactMap(\.tile).count == 2)
    // Beside the two results: y and at most two tensors of the upsampled size.
    let (small, large) = (4 * 8 * 8 * 4, 4 * 16 * 16 * 4)
    #expect(program.memory.lowerBound <= small + 3 * large)
    try expectAgreement(program, states: [])
  }

  @Test func `a plan beyond the memory limit is refused with the bytes that are missing`() throws {
    var graph = Graph(name: "g")
    graph.outputs = [.init("y", try graph.apply(ToyKernel(), graph.input("x", 16, 16)))]
    let plan = try Self.plan(of: graph.program())
    try MemoryLimit(bytes: 1024).check(plan)
    let error = #expect(throws: Diagnostic.self) { try MemoryLimit(bytes: 1000).check(plan) }
    #expect(
      error?.message.text.contains("needs 1024 bytes, 24 more than the limit of 1000") == true)
  }

  @Test func `the largest batch that fits a limit is found among those that a model allows`() throws
  {
    func plan(batch: Int) throws -> Plan? {
      guard batch % 2 == 0 else { return nil }
      var graph = Graph(name: "g")
      graph.outputs = [.init("y", try graph.apply(ToyKernel(), graph.input("x", batch, 16)))]
      return try Self.plan(of: graph.program())
    }
    // A row of 16 numbers needs 64 bytes.
    let limit = MemoryLimit(bytes: 10 * 64 + 63)
    #expect(try limit.largestBatch(below: 64, plan: plan) == 10)
    #expect(try MemoryLimit(bytes: 64).largestBatch(below: 64, plan: plan) == nil)
  }

  private static func plan(of program: Program) -> Plan {
    Plan(
      model: "m", sourceHash: "", parameters: [:], states: [], data: [], programs: [program],
      report: [])
  }
}
