import Compiler
import Foundation
import Testing

/// The optimised programs compute what was written, with all passes and with each one left out.
@Suite struct PassOmissionTests {
  @Test(arguments: ShippedGraph.all)
  func `every shipped graph computes what it says`(graph: ShippedGraph) throws {
    try graph.verify()
  }

  @Test(arguments: ShippedGraph.all)
  func `and in bf16`(graph: ShippedGraph) throws {
    try graph.verify(["--precision", "bf16"])
  }

  @Test(arguments: Pipeline.optional, [ShippedGraph.stage1, .fashion])
  func `so does it without any one pass`(pass: String, graph: ShippedGraph) throws {
    try graph.verify(["--without", pass], programs: ["train"])
  }

  @Test func `and without all of them`() throws {
    try ShippedGraph.stage1.verify(Pipeline.optional.flatMap { ["--without", $0] })
  }

  @Test func `and in bf16 without any one pass that decides how it is stored and computed`() throws
  {
    for pass in ["precision", "fusion", "convolution-algorithm", "schedule"] {
      try ShippedGraph.stage1.verify(["--precision", "bf16", "--without", pass])
    }
  }

  @Test func `what gives programs their meaning may not be left out`() throws {
    for pass in Pipeline.required {
      let refused = try Invocation(
        "compile", ShippedGraph.stage1.path, "-o", "x.plan", "--without", pass.name,
        in: ScratchFolder())
      #expect(refused.code == 64)
      #expect(
        refused.errors.contains(
          "the pass '\(pass.name)' cannot be left out: no program runs without it; those that can are batch-norm-folding, "
        ))
    }
  }

  @Test func `no shipped graph is forgotten`() throws {
    let folder = URL(fileURLWithPath: Repository.path("graphs"))
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let models = try (files?.compactMap { $0 as? URL } ?? []).filter { file in
      guard file.pathExtension == "yaml" else { return false }
      return try String(contentsOf: file, encoding: .utf8).contains(/(?m)^name:/)
    }
    let names = models.map { String($0.path.dropFirst(folder.path.count + 1).dropLast(5)) }
    // One forward pass of a network whose pictures have 256 pixels a side takes the interpreter minutes.
    #expect(Set(names).subtracting(["stargan2/masks"]) == Set(ShippedGraph.all.map(\.name)))
  }
}
