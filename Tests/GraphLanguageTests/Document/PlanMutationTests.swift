import Compiler
import FuzzSupport
import GraphLanguage
import Operators
import Plan
import Testing

/// Plans as the compiler writes them, damaged: refused with a place, or still harmless.
@Suite struct PlanMutationTests {
  @Test func `damaged plans of a shipped model are refused with a place or accepted`() throws {
    let loader = SourceLoader { (path) throws(SourceLoader.Failure) in
      guard let bytes = try? shippedFile("graphs/stackgan/\(path)") else { throw .missing }
      return bytes
    }
    let document = try Document.parse(path: "emoji.yaml", loader: loader)
    let model = try Elaborator.elaborate(document, catalog: .standard, sourceHash: "")
    var plan = try Compiler.compile(model, options: CompileOptions()).plan
    // Training is thousands of lines, most of them alike; the fast set takes sampling alone.
    if !runsSlowTests { plan.programs.removeAll { $0.name == "train" } }
    let bytes = try PlanFile.encode(plan)
    var refused = 0
    let run = MutationRun("shipped-plan", of: [bytes], count: mutationCount / 20)
    let slow = try run.forEach { mutant in
      do throws(PlanError) {
        try PlanChecker.check(try PlanFile.decode(mutant.bytes))
      } catch {
        refused += 1
        #expect(!error.place.isEmpty && !error.message.isEmpty)
      }
    }
    #expect(refused > 0)
    #expect(slow.isEmpty)
  }
}
