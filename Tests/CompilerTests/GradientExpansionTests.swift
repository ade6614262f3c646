import Compiler
import GraphIR
import Operators
import Plan
import Testing

@Suite struct GradientExpansionTests {
  /// Two operators that nobody can differentiate.
  private struct Opaque: Operator {
    static let name = "opaque"
    init() {}
    init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
    var arity: Arity { .exactly(1) }
    func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] { inputs }
  }

  private struct Murky: Operator {
    static let name = "murky"
    init() {}
    init(_ attributes: inout AttributeReader) throws(Diagnostic) {}
    var arity: Arity { .exactly(1) }
    func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] { inputs }
  }

  private func place(_ line: Int, _ path: String) -> Origin {
    Origin(location: SourceLocation(file: "a.yaml", line: line, column: 7), path: path)
  }

  @Test func `all operators without a rule are reported at once`() throws {
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, [2]))
    let a = try graph.apply(Opaque(), x, origin: place(9, "net.a"))
    let b = try graph.apply(Murky(), a, origin: place(4, "net.b"))
    let c = try graph.apply(Opaque(), b, origin: place(5, "net.c"))
    let unrelated = try graph.apply(Murky(), x, origin: place(1, "net.unrelated"))
    let loss = try graph.apply(Sum(), c)
    let gradient = try graph.apply(GradientRequest(), loss, x)
    graph.outputs = [Graph.NamedValue("d", gradient), Graph.NamedValue("u", unrelated)]
    let error = #expect(throws: Diagnostic.self) { try graph.applying([gradientExpansion]) }
    #expect(
      error?.description == """
        a.yaml:4:7: error: 'murky', 'opaque' have no gradient rule; replace what needs it, or put \
        stop_gradient before it
          a.yaml:4:7: note: a gradient is asked for through 'murky' in net.b
          a.yaml:9:7: note: a gradient is asked for through 'opaque' in net.a
          a.yaml:5:7: note: a gradient is asked for through 'opaque' in net.c
        """)
  }

  @Test func `a rule that is not needed may be missing`() throws {
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: TensorType(.float32, [2]))
    let w = graph.addInput("w", kind: .caller, type: TensorType(.float32, [2]))
    let murky = try graph.apply(Murky(), x)
    let loss = try graph.sum(graph.multiply(murky, w))
    graph.outputs = [Graph.NamedValue("d", try graph.apply(GradientRequest(), loss, w))]
    let expanded = try graph.applying([gradientExpansion, simplification, deadCodeElimination])
    #expect(expanded.nodes.map(\.op.name) == ["murky"])
  }

  @Test func `third order is the same pass`() throws {
    // d³(x⁴)/dx³ = 24 x.
    var graph = Graph(name: "g")
    let x = graph.addInput("x", kind: .caller, type: .scalar())
    var y = try graph.square(graph.square(x))
    for _ in 0..<3 { y = try graph.apply(GradientRequest(), y, x) }
    graph.outputs = [Graph.NamedValue("d", y)]
    let expanded = try graph.applying([gradientExpansion])
    let result = try SmallInterpreter.outputs(of: expanded, given: ["x": [1.25]])
    #expect(result == ["d": [30]])
  }
}
