import Foundation
import Testing

@Suite struct CompileTests {
  @Test func `two compilations give the same bytes, another value gives others`() throws {
    let folder = try ScratchFolder.withModel()
    let outputs = [("a.plan", "4"), ("b.plan", "4"), ("c.plan", "5")]
    for (output, batch) in outputs {
      let run = try Invocation(
        "compile", "model.yaml", "-o", output, "--set", "batch=\(batch)", in: folder)
      #expect(run.code == 0, "\(run.errors)")
    }
    #expect(try folder.bytes(of: "a.plan") == folder.bytes(of: "b.plan"))
    #expect(try folder.bytes(of: "a.plan") != folder.bytes(of: "c.plan"))
  }

  @Test func `the report gives passes, memory and time`() throws {
    let run = try Invocation(
      "compile", "model.yaml", "-o", "x.plan", "--time-passes", in: .withModel())
    for text in ["gradient-expansion", "lower bound", "without reuse", "states: ", "x.plan: "] {
      #expect(run.output.contains(text), "\(text)")
    }
  }

  @Test func `stopping early prints graphs and writes no plan`() throws {
    let folder = try ScratchFolder.withModel()
    let run = try Invocation(
      "compile", "model.yaml", "-o", "x.plan", "--stop-after", "gradient-expansion", "--quiet",
      in: folder)
    #expect(run.code == 0)
    #expect(run.output.contains("// train after gradient-expansion"))
    #expect(run.output.contains("// sample after gradient-expansion"))
    #expect(!run.output.contains("final-decomposition"))
    #expect(!folder.has("x.plan"))
  }

  @Test func `a plan that needs more memory than allowed is refused`() throws {
    let folder = try ScratchFolder.withModel()
    let run = try Invocation(
      "compile", "model.yaml", "-o", "x.plan", "--memory-limit", "64B", in: folder)
    #expect(run.code == 65)
    #expect(run.errors.contains("limit of 64"))
    #expect(run.errors.contains("no smaller batch than 4 fits either"))
    #expect(!folder.has("x.plan"))
  }

  @Test func `a plan that cannot be created exits 73`() throws {
    let run = try Invocation("compile", "model.yaml", "-o", "none/x.plan", in: .withModel())
    #expect(run.code == 73)
    #expect(run.errors.hasPrefix("planform: error: cannot create 'none/x.plan'"))
  }
}
