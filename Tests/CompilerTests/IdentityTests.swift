import Compiler
import GraphIR
import Operators
import Plan
import Testing

/// Passes change how a program is computed, never what.
@Suite struct IdentityTests {
  /// A network with everything that passes look for, a loss, a gradient penalty and an update.
  private static let network = """
    graph train {
      %0: f32[4×3] = input "x"
      %1: f32[5×3] = state "w"
      %2: f32[5] = state "b"
      %3: f32[5] = state "gamma"
      %4: f32[5] = state "beta"
      %5: f32[5] = state "mean"
      %6: f32[5] = state "var"
      %7: f32[4×5] = linear(%0, %1, %2) {features: 5}
      %8: f32[4×5] = batch_norm(%7, %3, %4, %5, %6) {mode: "eval"}
      %9: f32[4×5] = leaky_relu(%8) {negative_slope: 0.2}
      %10: f32[] = constant() {value: 2.0}
      %11: f32[] = constant() {value: 3.0}
      %12: f32[4×5] = pow(%9, %10)
      %13: f32[4×5] = mul(%12, %11)
      %14: f32[4×5] = mul(%13, %11)
      %15: f32[4×5] = tanh(%9)
      %16: f32[4×5] = tanh(%9)
      %17: f32[4×5] = neg(%16)
      %18: f32[4×5] = sub(%15, %17)
      %19: f32[4×5] = add(%14, %18)
      %20: f32[] = mean(%19)
      %21: f32[4×3] = gradient(%20, %0)
      %22: f32[4×3] = mul(%21, %21)
      %23: f32[] = sum(%22)
      %24: f32[] = add(%20, %23)
      %25: f32[5×3], %26: f32[5] = gradient(%24, %1, %3)
      %27: f32[5×3] = sub(%1, %25)
      output "loss" %24
      output "slope" %21
      output "dgamma" %26
      update "w" %27
    }
    """

  /// Two convolutions with all that they can absorb.
  private static let images = """
    graph sample {
      %0: f32[3×2×6×5] = input "image"
      %1: f32[5×2×3×3] = state "first"
      %2: f32[5] = state "b"
      %3: f32[5] = state "gamma"
      %4: f32[5] = state "beta"
      %5: f32[5] = state "mean"
      %6: f32[5] = state "var"
      %7: f32[3×5×3×3] = conv2d(%0, %1, %2) {channels: 5, kernel: 3, stride: 2, padding: 1}
      %8: f32[3×5×3×3] = batch_norm(%7, %3, %4, %5, %6) {mode: "eval", eps: 0.1}
      %9: f32[3×5×3×3] = leaky_relu(%8) {negative_slope: 0.2}
      %10: f32[5×5×2×2] = state "second"
      %11: f32[3×5×2×2] = conv2d(%9, %10) {channels: 5, kernel: 2, bias: false}
      %12: f32[5×1×1] = reshape(%2) {shape: [5, 1, 1]}
      %13: f32[3×5×2×2] = add(%12, %11)
      %14: f32[3×5×2×2] = tanh(%13)
      output "y" %14
    }
    """

  private static func inputs() -> [String: [Double]] {
    var random = 42 as UInt64
    func numbers(_ count: Int, from low: Double, to high: Double) -> [Double] {
      (0..<count).map { _ in
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return low + (high - low) * Double(random >> 40) / Double(1 << 24)
      }
    }
    return [
      "x": numbers(12, from: -1, to: 1), "w": numbers(15, from: -1, to: 1),
      "b": numbers(5, from: -1, to: 1), "gamma": numbers(5, from: 0.5, to: 2),
      "beta": numbers(5, from: -1, to: 1), "mean": numbers(5, from: -1, to: 1),
      "var": numbers(5, from: 0.5, to: 2), "image": numbers(180, from: -1, to: 1),
      "first": numbers(90, from: -1, to: 1), "second": numbers(100, from: -1, to: 1),
    ]
  }

  private static func graph() throws -> Graph {
    try GraphParser.parse(network, catalog: .standard)
  }

  @Test func `the optimised program computes what the reference program does`() throws {
    let reference = try Self.graph().applying(Pipeline.meaning)
    let optimized = try Self.graph().applying(Pipeline.rewriting + Pipeline.planning)
    #expect(optimized.nodes.count < reference.nodes.count * 2 / 3)
    try expectEqual(reference, optimized)
  }

  @Test(
    arguments: (Pipeline.rewriting + Pipeline.planning).filter { pass in
      !Pipeline.meaning.contains { $0.name == pass.name }
    }.map(\.name))
  func `every optimisation alone keeps the results`(name: String) throws {
    let pass = try #require(Pipeline.pass(named: name))
    let passes = (Pipeline.rewriting + Pipeline.planning).filter { pass in
      pass.name == name || Pipeline.meaning.contains { $0.name == pass.name }
    }
    #expect(passes.contains { $0.name == pass.name })
    try expectEqual(
      try Self.graph().applying(Pipeline.meaning), try Self.graph().applying(passes))
  }

  @Test func `folded and fused convolutions compute what they absorbed`() throws {
    let graph = try GraphParser.parse(Self.images, catalog: .standard)
    let fused = try graph.applying(Pipeline.rewriting + Pipeline.planning)
    let readsImages = fused.nodes.filter { fused.type(of: $0.outputs[0]).shape.first == 3 }
    #expect(readsImages.map(\.op.name) == ["conv2d", "conv2d"])
    try expectEqual(try graph.applying(Pipeline.meaning), fused)
  }

  @Test func `gradients agree with central differences, those of gradients too`() throws {
    let program = try Self.graph().applying(Pipeline.meaning)
    var inputs = Self.inputs()
    let results = try SmallInterpreter.outputs(of: program, given: inputs)
    let gamma = try #require(inputs["gamma"])
    let analytic = try #require(results["dgamma"])
    let step = 1e-5
    for index in gamma.indices {
      var ends = [Double]()
      for sign in [1.0, -1.0] {
        var moved = gamma
        moved[index] += sign * step
        inputs["gamma"] = moved
        ends.append(try #require(SmallInterpreter.outputs(of: program, given: inputs)["loss"])[0])
      }
      let numeric = (ends[0] - ends[1]) / (2 * step)
      #expect(abs(numeric - analytic[index]) < 1e-6 * max(1, abs(numeric)))
    }
  }

  private func expectEqual(_ reference: Graph, _ other: Graph) throws {
    let expected = try SmallInterpreter.outputs(of: reference, given: Self.inputs())
    let found = try SmallInterpreter.outputs(of: other, given: Self.inputs())
    #expect(Set(expected.keys) == Set(found.keys))
    for (name, values) in expected {
      let others = found[name] ?? []
      #expect(values.count == others.count && !values.isEmpty)
      for (x, y) in zip(values, others) {
        #expect(abs(x - y) <= 1e-12 * max(1, abs(x)), "\(name): \(x) and \(y)")
      }
    }
  }
}
