import Compiler
import GraphIR
import Operators
import Plan
import Runtime
import Testing

/// Moments that are taken while an image is written are those that were taken behind it.
@Suite struct MomentsInEpilogueTests {
  /// A generator's up-block and a critic's down-block, each with a normalisation, whose sizes no tile divides.
  private static let training = """
    graph train {
      %0: f32[3×16×5×3] = input "x"
      %1: f32[16×16×3×3] = state "up"
      %2: f32[32×16×4×4] = state "down"
      %3: f32[1×16×10×6] = input "offset"
      %4: f32[3×16×10×6] = upsample_nearest(%0) {scale: 2}
      %5: f32[3×16×10×6] = conv2d(%4, %1) {channels: 16, kernel: 3, padding: 1, bias: false}
      %6: f32[1×16×1×1], %7: f32[1×16×1×1] = moments(%5) {axes: [0, 2, 3]}
      %8: f32[3×16×10×6] = sub(%5, %6)
      %9: f32[] = constant() {value: 0.00001}
      %10: f32[1×16×1×1] = add(%7, %9)
      %11: f32[1×16×1×1] = rsqrt(%10)
      %12: f32[3×16×10×6] = mul(%8, %11)
      %13: f32[3×16×10×6] = add(%12, %3)
      %14: f32[3×32×5×3] = conv2d(%13, %2) {channels: 32, kernel: 4, stride: 2, padding: 1, bias: false, algorithm: "winograd_4x4"}
      %15: f32[1×32×1×1], %16: f32[1×32×1×1] = moments(%14) {axes: [0, 2, 3]}
      %17: f32[3×32×5×3] = sub(%14, %15)
      %18: f32[1×32×1×1] = add(%16, %9)
      %19: f32[1×32×1×1] = rsqrt(%18)
      %20: f32[3×32×5×3] = mul(%17, %19)
      %21: f32[3×32×5×3] = tanh(%20)
      %22: f32[] = sum(%21)
      %23: f32[3×16×5×3], %24: f32[16×16×3×3], %25: f32[32×16×4×4] = gradient(%22, %0, %1, %2)
      %26: f32[16×16×3×3] = sub(%1, %24)
      %27: f32[32×16×4×4] = sub(%2, %25)
      output "loss" %22
      output "dx" %23
      output "mean" %15
      output "variance" %7
      update "up" %26
      update "down" %27
    }
    """

  private static let states = [("up", [16, 16, 3, 3]), ("down", [32, 16, 4, 4])].map {
    StateDeclaration(
      name: $0, shape: $1, role: .parameter, initializer: .normal(mean: 0, std: 0.1))
  }

  @Test func `losses, moments and all gradients stay the same, in double precision`() throws {
    let graph = try GraphParser.parse(Self.training, catalog: .standard)
    let passes = Pipeline.rewriting + Pipeline.planning
    let behind = try graph.applying(passes.filter { $0.name != momentsInEpilogue.name })
    let within = try graph.applying(passes)
    #expect(behind.nodes.count { $0.op is Moments } == 2)
    #expect(within.nodes.count { $0.op is Moments } == 0)
    #expect(
      within.nodes.compactMap { ($0.op as? Measured)?.producer.name } == ["sum_pool", "conv2d"])
    let expected = try DoubleRun(behind, scale: 0.5)
    try DoubleRun(within, scale: 0.5).expectEqual(expected)
    let plain = try DoubleRun(graph.applying(Pipeline.meaning), scale: 0.5)
    expected.expectEqual(plain, within: 1e-11)
  }

  private func plan(without passes: Set<String> = []) throws -> Plan {
    let model = Model(
      name: "measured", sourceHash: "", parameters: [:], states: Self.states,
      programs: [try GraphParser.parse(Self.training, catalog: .standard)], data: [], report: [],
      networks: [])
    var options = CompileOptions()
    options.without = passes
    return try Compiler.compile(model, options: options).plan
  }

  @Test func `the plan has one call where there were two, in no more memory`() throws {
    let (within, behind) = (try plan(), try plan(without: [momentsInEpilogue.name]))
    try PlanChecker.check(within)
    func count(_ plan: Plan, _ name: String) -> Int {
      plan.programs[0].calls.count { $0.kernel.name == name }
    }
    #expect(count(within, "measured") == 2 && count(within, "moments") == 0)
    #expect(count(behind, "measured") == 0 && count(behind, "moments") == 2)
    #expect(within.programs[0].memory.arena <= behind.programs[0].memory.arena + 1024)
  }

  @Test func `kernels compute what the reference does`() throws {
    let differences = try Runtime.Verifier.compare(plan(), program: "train")
    for name in ["loss", "dx", "mean", "variance", "state up", "state down"] {
      let difference = try #require(differences.first { $0.name == name })
      #expect(difference.maxRelative < 1e-4, "\(difference)")
    }
  }
}
