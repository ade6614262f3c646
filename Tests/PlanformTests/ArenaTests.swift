import Plan
import Runtime
import Testing

/// Arenas are within two hundredths of the least possible.
@Suite struct ArenaTests {
  /// All but one whose networks are those of another.
  static let graphs =
    ShippedGraph.all.map(\.name).filter { $0 != "stargan2/stargan2" } + ["stargan2/masks"]

  @Test(arguments: graphs)
  func `at the graph's own size`(graph: String) throws { try expectTight(graph, []) }

  @Test(arguments: [
    ("stackgan/stage1", ["gf_dim=128", "df_dim=96", "batch=64"]),
    ("stackgan/stage2", ["gf_dim=128", "df_dim=96", "r_num=4", "batch=8"]),
    ("text_to_image/gan_cls", ["batch=64"]),
    ("stargan2/afhq", ["image_size=64", "base_dim=64", "batch=4"]),
  ])
  func `at the benchmark's size`(graph: String, settings: [String]) throws {
    try expectTight(graph, settings)
  }

  private func expectTight(_ graph: String, _ settings: [String]) throws {
    let model = try CompiledGraph("graphs/\(graph).yaml", settings)
    let plan = try PlanFile.read(path: model.folder.path("model.plan"), .withoutReferences)
    for program in plan.programs {
      let (arena, bound) = (program.memory.arena, program.memory.lowerBound)
      #expect(arena >= bound && arena * 50 <= bound * 51, "\(program.name): \(arena) of \(bound)")
    }
  }
}
