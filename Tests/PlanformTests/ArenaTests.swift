import Plan
import Runtime
import Testing

@Suite struct ArenaTests {
  /// Those whose buffers are hard to pack, and the one with the most calls.
  @Test(arguments: [
    "classifier/classifier", "dcgan/dcgan", "stackgan/emoji", "stackgan/stage2",
    "stargan2/fashion", "stargan2/masks", "text_to_image/gan_cls", "text_to_image/torch",
  ])
  func `the arenas of shipped graphs are within two hundredths of the least possible`(
    graph: String
  ) throws {
    let model = try CompiledGraph("graphs/\(graph).yaml", [])
    let plan = try PlanFile.read(path: model.folder.path("model.plan"))
    for program in plan.programs {
      let (arena, bound) = (program.memory.arena, program.memory.lowerBound)
      #expect(arena >= bound && arena * 50 <= bound * 51, "\(program.name): \(arena) of \(bound)")
    }
  }
}
