import Compiler
import GraphIR
import Operators
import Plan
import Synchronization
import Testing

@Suite struct PassRunnerTests {
  private func model() throws -> Model {
    let graph = try GraphParser.parse(
      """
      graph train {
        %0: f32[4] = input "x"
        %1: f32[4] = state "w"
        %2: f32[4] = mul(%0, %1)
        %3: f32[] = mean(%2)
        %4: f32[4] = gradient(%3, %1)   // minimize
        %5: f32[4] = sub(%1, %4)
        output "loss" %3
        update "w" %5
      }
      """, catalog: .standard)
    let state = StateDeclaration(
      name: "w", shape: [4], role: .parameter, initializer: .constant(0))
    return Model(
      name: "m", sourceHash: "", parameters: [:], states: [state], programs: [graph], data: [],
      report: [], networks: [])
  }

  @Test func `the reference program has its meaning and nothing else`() throws {
    let program = try Compiler.lower(model()).programs[0]
    // mul, sum, scale; the gradient 1/4 · x; the update.
    #expect(!program.reference.nodes.contains { $0.op is any CompositeOperator })
    #expect(!program.reference.nodes.contains { $0.op is GradientRequest })
    #expect(program.reference.nodes.count > program.optimized.nodes.count)
    #expect(program.optimized.outputs.map(\.name) == ["loss"])
  }

  @Test func `dumps a graph after every pass that changed it`() throws {
    let seen = Mutex<[String]>([])
    var options = CompileOptions()
    options.dumpAfter = .everyChange
    options.dump = { pass, _ in seen.withLock { $0.append(pass) } }
    _ = try Compiler.lower(model(), options: options)
    let passes = seen.withLock(\.self)
    #expect(
      passes.starts(with: ["decomposition", "gradient-expansion", "simplification"]))
    #expect(!passes.contains("batch-norm-folding"))

    seen.withLock { $0 = [] }
    options.dumpAfter = .pass("dead-code-elimination")
    _ = try Compiler.lower(model(), options: options)
    #expect(seen.withLock(\.self) == ["dead-code-elimination"])
  }

  @Test func `stops after a pass and leaves others out`() throws {
    var options = CompileOptions()
    options.stopAfter = "gradient-expansion"
    options.without = Set(Pipeline.optional)
    let (_, report) = try Compiler.lower(model(), options: options)
    #expect(report.passes.map(\.pass) == ["decomposition", "gradient-expansion"])
    #expect(report.timings.hasPrefix("decomposition"))
    #expect(report.timings.contains("4 → 6 nodes"))
  }

  @Test(arguments: [
    ("simplificaton", "there is no pass 'simplificaton' (did you mean 'simplification'?); there"),
    ("tiling", "the pass 'tiling' cannot be left out"),
    (
      "gradient-expansion",
      "the pass 'gradient-expansion' cannot be left out: no program runs without it; those"
    ),
  ])
  func `refuses to leave out what is unknown or needed`(name: String, message: String) throws {
    var options = CompileOptions()
    options.without = [name]
    let error = #expect(throws: Diagnostic.self) {
      try Compiler.lower(try model(), options: options)
    }
    #expect(error?.message.text.hasPrefix(message) == true)
  }

  @Test func `a pass that breaks the graph is a compiler bug with its name`() throws {
    let careless = Pass("careless", "forgets a node") { graph, _ throws(Diagnostic) in
      graph.nodes.removeFirst()
    }
    let graph = try #require(try model().programs.first)
    let bug = #expect(throws: CompilerBug.self) { try graph.applying([careless]) }
    #expect(bug?.pass == "careless")
    #expect(bug?.node?.hasPrefix("%3: f32[] = mean(%2)") == true)
  }

  @Test func `names of the merged and the expanded point at what replaced them`() throws {
    var graph = try #require(try model().programs.first)
    graph.names = [Graph.NamedValue("grad/w", Value(4)), Graph.NamedValue("loss.mean", Value(3))]
    // Fusion gives names to registers.
    let lowered = try graph.applying(Pipeline.all.prefix { $0.name != "fusion" }.map(\.self))
    #expect(lowered.names.map(\.name) == ["grad/w", "loss.mean"])
    #expect(lowered.names[1].value == lowered.outputs[0].value)
  }
}
