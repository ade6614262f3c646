import Foundation
import Testing

/// Commands that begin with a plan.
@Suite struct PlanCommandTests {
  private func compiled() throws -> ScratchFolder {
    let folder = try ScratchFolder.withModel()
    let run = try Invocation("compile", "model.yaml", "-o", "x.plan", "--quiet", in: folder)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    return folder
  }

  @Test func `show explains a plan from every side`() throws {
    let folder = try compiled()
    let names = try Invocation("show", "x.plan", "--names", "--program", "train", in: folder)
    #expect(names.output.contains("grad/g/linear.weight f32[3, 3]"))
    #expect(names.output.contains("x f32[4, 3]"))
    let memory = try Invocation("show", "x.plan", "--memory", in: folder)
    #expect(memory.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
    let json = try Invocation("show", "x.plan", "--json", in: folder)
    #expect(try Data(json.output.utf8) == folder.bytes(of: "x.plan"))
    let dot = try Invocation("show", "x.plan", "--dot", in: folder)
    #expect(dot.output.hasPrefix("digraph plan {"))
    #expect(dot.output.count { $0 == "{" } == dot.output.count { $0 == "}" })
  }

  @Test func `a mutilated plan is refused with a place`() throws {
    let folder = try compiled()
    let text = String(decoding: try folder.bytes(of: "x.plan"), as: UTF8.self)
    try folder.write(text.replacing("\"version\":5", with: "\"version\":7"), to: "newer.plan")
    let newer = try Invocation("show", "newer.plan", in: folder)
    #expect(newer.code == 65)
    #expect(newer.errors.contains("'newer.plan' is refused: version: expected format version 5"))
    try folder.write(String(text.prefix(500)), to: "cut.plan")
    #expect(try Invocation("run", "cut.plan", "train", in: folder).code == 65)
  }

  @Test func `the optimised plan agrees with the reference`() throws {
    let run = try Invocation("verify", "x.plan", in: compiled())
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("program train: "))
    #expect(run.output.contains(" 0 beyond 0.0001"))
  }

  @Test func `a tolerance that nothing can keep exits 65`() throws {
    let run = try Invocation("verify", "x.plan", "--tolerance=-1", in: compiled())
    #expect(run.code == 65)
    #expect(run.errors.contains("beyond the tolerance"))
  }

  @Test func `a run without its inputs says which`() throws {
    let run = try Invocation("run", "x.plan", "sample", in: compiled())
    #expect(run.code == 66)
    #expect(run.errors.contains("needs the inputs 'x' [4, 3]"))
  }

  @Test func `training needs a length`() throws {
    let run = try Invocation("train", "x.plan", "--out", "run", in: compiled())
    #expect(run.code == 64)
    #expect(run.errors.contains("say how long to train by --steps or --epochs"))
  }

  @Test func `an unknown program is listed with those that exist`() throws {
    let run = try Invocation("profile", "x.plan", "trian", in: compiled())
    #expect(run.code == 66)
    #expect(run.errors.contains("no program 'trian'; it has 'train', 'sample'"))
  }
}
