import GraphIR
import Plan
import Testing

@Suite struct VerifierTests {
  /// A graph that obeys every rule; each test breaks one.
  private static func valid() throws -> Graph {
    try GraphParser.parse(
      """
      graph g {
        %0: f32[2] = input "x"
        %1: f32[2] = state "w"
        %2: f32[2] = toy(%0, %1)
        %3: f32[] = draw()   // a
        %4: f32[] = draw()   // b
        output "y" %2
        update "w" %2
        name "y" %3
      }
      """, catalog: toyCatalog)
  }

  private static let states = [
    StateDeclaration(name: "w", shape: [2], role: .parameter, initializer: .constant(0))
  ]

  private func message(_ change: (inout Graph) -> Void) throws -> String? {
    var graph = try Self.valid()
    change(&graph)
    do {
      try Verifier.verify(graph, after: "test", states: Self.states)
      return nil
    } catch {
      #expect(error.pass == "test")
      #expect(error.program == "g")
      return error.message
    }
  }

  @Test func `accepts a graph that obeys the rules`() throws {
    #expect(try message { _ in } == nil)
  }

  @Test func `inputs are unique and have their states' types`() throws {
    #expect(
      try message { $0.inputs.append($0.inputs[0]) } == "%0 is defined twice")
    #expect(
      try message { _ = $0.addInput("x", kind: .caller, type: .scalar()) }
        == "two inputs are named 'x'")
    #expect(
      try message { _ = $0.addInput("w2", kind: .state("w"), type: .scalar()) }
        == "two inputs read the state 'w'")
    #expect(
      try message { _ = $0.addInput("v", kind: .state("v"), type: .scalar()) }
        == "there is no state 'v'")
    #expect(
      try message { graph in
        graph.inputs[1].value = graph.makeValue(.scalar())
        graph.nodes[0].inputs[1] = Value(0)
      } == "the state 'w' is f32[2], but its input is f32[]")
  }

  @Test func `values are defined once and before they are used`() throws {
    #expect(
      try message { $0.nodes[0].inputs[0] = Value(4) } == "%4 is used before it is defined")
    #expect(
      try message { $0.nodes[0].inputs[0] = Value(99) } == "%99 is used before it is defined")
    #expect(try message { $0.nodes.append($0.nodes[0]) } == "%2 is defined twice")
    #expect(
      try message { $0.nodes[0].inputs[0] = Value(2) } == "%2 is used before it is defined")
  }

  @Test func `nodes agree with their operators`() throws {
    #expect(
      try message { graph in
        graph.nodes[0].inputs = []
      } == "the shape rule refuses the operands: toy takes at least 1 input, got 0")
    #expect(
      try message { graph in
        graph.nodes[0].outputs = [graph.makeValue(.scalar())]
      } == "the shape rule gives f32[2]")
    #expect(
      try message { $0.nodes[2].origin.path = "a" } == "two random nodes share the path 'a'")
  }

  @Test func `ends speak of defined values of the right type`() throws {
    #expect(try message { $0.outputs[0].value = Value(9) } == "output 'y' is undefined %9")
    #expect(try message { $0.outputs.append($0.outputs[0]) } == "two outputs are 'y'")
    #expect(
      try message { $0.stateUpdates[0].value = Value(3) }
        == "the state 'w' is f32[2], but its update is f32[]")
    #expect(try message { $0.names[0].value = Value(9) } == "the name 'y' is of undefined %9")
  }

  @Test func `a bug names its pass and prints its node`() throws {
    var graph = try Self.valid()
    graph.nodes[0].inputs[0] = Value(4)
    let bug = #expect(throws: CompilerBug.self) { try Verifier.verify(graph, after: "folding") }
    #expect(
      bug?.description == """
        compiler bug after 'folding' in program 'g': %4 is used before it is defined
          %2: f32[2] = toy(%4, %1)
        """)
  }
}
