import GraphIR
import Plan
import Testing

@Suite struct GraphTextTests {
  private static let everything = """
    graph train {
      %0: f32[4×3] = input "image"
      %1: f32[4×3] = state "net/a b.\\"w\\""
      %2: f32[4×3] = state "net/v" as "old"
      %3: f32[] = schedule "d/lr" {start: 0.0002, multiply_by: 0.5, every: "100.0 epochs", warmup: "5.0 iterations"}
      %4: f32[] = schedule "decay" {start: 1.0, linear_to: 0.0, over: "1000.0 iterations"}
      %5: i64[4] = input "label"
      %7: f32[4×3] = toy(%0, %1)   // features.toy @ graphs/x.yaml:10:9
      %8: f32[4×3] = toy(%7) {count: -3, scale: 1e-05, flag: true, text: "a\\n\\"b\\\\", list: [1, 2]}
      %9: f32[4×3], %6: f32[] = halves(%8)   // gradient of features.halves
      %10: f32[4×3] = gradient(%6, %9)   // @ a:b.yaml:1:2
      output "image" %9
      update "net/a b.\\"w\\"" %8
      name "g.mu" %7
    }

    """

  @Test func `prints what it has parsed`() throws {
    let graph = try GraphParser.parse(Self.everything, catalog: toyCatalog)
    #expect(graph.description == Self.everything)
  }

  @Test func `keeps places, paths, kinds and numbers`() throws {
    let graph = try GraphParser.parse(Self.everything, catalog: toyCatalog)
    #expect(graph.inputs[2].kind == .state("net/v"))
    #expect(graph.inputs[2].name == "old")
    let span = Schedule.Span(100, .epochs)
    let schedule = Schedule(
      start: 2e-4, rule: .step(factor: 0.5, every: span, from: nil),
      warmup: Schedule.Span(5, .iterations))
    #expect(graph.inputs[3].kind == .schedule(schedule))
    #expect(graph.type(of: Value(5)) == TensorType(.int64, [4]))
    let place = SourceLocation(file: "graphs/x.yaml", line: 10, column: 9)
    #expect(graph.nodes[0].origin == Origin(location: place, path: "features.toy"))
    #expect(graph.nodes[3].origin.location?.file == "a:b.yaml")
    #expect(graph.nodes[2].outputs == [Value(9), Value(6)])
    #expect(graph.names == [Graph.NamedValue("g.mu", Value(7))])
  }

  @Test func `compacting numbers values in order of definition`() throws {
    let text = """
      graph g {
        %4: f32[2] = input "x"
        %9: f32[2] = toy(%4)
        %2: f32[2] = toy(%9, %4)
        output "y" %2
      }

      """
    let compacted = try GraphParser.parse(text, catalog: toyCatalog).compacted()
    #expect(
      compacted.description == """
        graph g {
          %0: f32[2] = input "x"
          %1: f32[2] = toy(%0)
          %2: f32[2] = toy(%1, %0)
          output "y" %2
        }

        """)
    #expect(compacted.types.count == 3)
  }

  struct ErrorCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var expected: String

    init(_ testDescription: String, _ lines: String..., expected: String) {
      self.testDescription = testDescription
      text = (["graph g {", "  %0: f32[2] = input \"x\""] + lines + ["}"]).joined(separator: "\n")
      self.expected = expected
    }
  }

  @Test(arguments: [
    ErrorCase(
      "undefined", "  %1: f32[2] = toy(%0, %7)",
      expected: "t:3:24: error: %7 is used but not defined above"),
    ErrorCase(
      "use before definition", "  %1: f32[2] = toy(%2)", "  %2: f32[2] = toy(%0)",
      expected: "t:3:20: error: %2 is used but not defined above"),
    ErrorCase("twice", "  %0: f32[2] = toy(%0)", expected: "t:3:3: error: %0 is defined twice"),
    ErrorCase(
      "unknown operator", "  %1: f32[2] = tyo(%0)",
      expected: "t:3:16: error: there is no operator 'tyo'"),
    ErrorCase(
      "unknown attribute", "  %1: f32[2] = toy(%0) {coutn: 2}",
      expected: "t:3:25: error: unknown attribute 'coutn' of toy; it takes none"),
    ErrorCase(
      "wrong type", "  %1: f32[3] = toy(%0)",
      expected: "t:3:3: error: toy yields f32[2], but the text says f32[3]"),
    ErrorCase(
      "element type", "  %1: f64[3] = toy(%0)",
      expected: "t:3:7: error: there is no element type 'f64'; there are f32, i64, bf16"),
    ErrorCase(
      "syntax", "  %1: f32[3 = toy(%0)", expected: "t:3:13: error: expected ']', found '='"),
    ErrorCase(
      "keyword", "  outptu \"a\" %0",
      expected:
        "t:3:9: error: expected 'output', 'update' or 'name', found 'outptu' (did you mean 'output'?)"
    ),
    ErrorCase(
      "unclosed text", "  output \"a %0",
      expected: "t:3:15: error: expected a closing '\"', found the end of the line"),
    ErrorCase(
      "huge number", "  output \"a\" %4194304",
      expected: "t:3:14: error: a value's number must be from 0 to 4194303"),
    ErrorCase(
      "undefined output", "  output \"a\" %3",
      expected: "t:3:14: error: %3 is used but not defined above"),
    ErrorCase(
      "schedule", "  %1: f32[] = schedule \"s\" {start: 1, linear_to: 2, over: \"9 weeks\"}",
      expected:
        "t:3:28: error: 'over' of a schedule wants a span such as \"100.0 epochs\", found '9 weeks'"
    ),
  ])
  func `says where the text is wrong`(example: ErrorCase) {
    let error = #expect(throws: Diagnostic.self) {
      try GraphParser.parse(example.text, file: "t", catalog: toyCatalog)
    }
    #expect(error?.description == example.expected)
  }
}
