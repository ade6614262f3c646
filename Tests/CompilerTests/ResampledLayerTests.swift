import GraphIR
import Operators
import Testing

@testable import Compiler

/// Which form of a convolution beside resampling the estimate prefers.
@Suite struct ResampledLayerTests {
  private static func layer(
    _ direction: ResampledLayer.Direction, _ image: [Int], to channels: Int, isTrained: Bool = true,
    precision: Precision = .float32
  ) -> ResampledLayer {
    ResampledLayer(
      direction: direction, image: image, channels: channels, kernel: [3, 3], scale: [2, 2],
      sides: [1, 1, 1, 1], isTrained: isTrained, precision: precision)
  }

  /// Times in ms on two cores with AVX-512, forward and both gradients, least of two runs: box filter, summed weights, as
  /// written.
  private static let measured: [(image: [Int], channels: Int, times: [Double])] = [
    ([64, 128, 32, 32], 64, [129.9, 171.8, .infinity]),
    ([64, 256, 16, 16], 128, [115.1, 133.1, .infinity]),
    ([8, 24, 64, 64], 12, [8.5, 6.3, 14.5]),
    ([8, 16, 64, 64], 8, [4.7, 2.8, 8.7]),
  ]

  @Test(arguments: measured.indices)
  func `the form that was measured to be the fastest is estimated to be`(index: Int) {
    let (image, channels, times) = Self.measured[index]
    let layer = Self.layer(.behindUpsampling, image, to: channels)
    let fastest = zip(ResampledForm.allCases, times).min { $0.1 < $1.1 }?.0
    #expect(layer.estimatedForm == fastest)
  }

  @Test func `few channels of large pictures have their weights summed up, many a box filter`() {
    for direction in [ResampledLayer.Direction.behindUpsampling, .beforePooling] {
      #expect(Self.layer(direction, [8, 16, 64, 64], to: 16).estimatedForm == .summedWeights)
      #expect(Self.layer(direction, [8, 512, 16, 16], to: 512).estimatedForm == .boxFilter)
    }
  }

  @Test func `a wide padding leaves only summed weights`() {
    var layer = Self.layer(.behindUpsampling, [1, 64, 8, 8], to: 64)
    layer.sides = [2, 2, 2, 2]
    #expect(layer.forms == [.summedWeights, .asWritten])
  }

  @Test func `every form of a trial computes the same values and gradients`() throws {
    for direction in [ResampledLayer.Direction.behindUpsampling, .beforePooling] {
      let layer = Self.layer(direction, [2, 3, 4, 6], to: 5)
      let trial = try layer.trial()
      let expected = try DoubleRun(trial.applying(Pipeline.meaning), scale: 1)
      for form in layer.forms {
        let pass = Pass.resampledConvolution { $0 == layer ? form : nil }
        let found = try DoubleRun(trial.applying([pass] + Pipeline.meaning), scale: 1)
        found.expectEqual(expected, within: 1e-12)
      }
    }
  }

  @Test func `layers are found with the precision and the gradients that they have`() throws {
    let sampled = try Self.layer(.behindUpsampling, [2, 16, 8, 8], to: 8, isTrained: false).trial()
    let trained = try Self.layer(.beforePooling, [2, 16, 8, 8], to: 8).trial()
    let model = Model(
      name: "layers", sourceHash: "", parameters: [:], states: [], programs: [sampled, trained],
      data: [], report: [], networks: [], precision: .bf16)
    let layers = try Compiler.resampledLayers(of: model)
    #expect(
      layers == [
        Self.layer(.behindUpsampling, [2, 16, 8, 8], to: 8, isTrained: false, precision: .bf16),
        Self.layer(.beforePooling, [2, 16, 8, 8], to: 8, precision: .bf16),
      ])
  }

  @Test func `what was measured overrules the estimate`() throws {
    let layer = Self.layer(.behindUpsampling, [8, 512, 16, 16], to: 512)
    let model = Model(
      name: "layers", sourceHash: "", parameters: [:], states: [], programs: [try layer.trial()],
      data: [], report: [], networks: [])
    var options = CompileOptions()
    let estimated = try Compiler.lower(model, options: options).programs[0].optimized
    #expect(estimated.nodes.contains { $0.op is SumPool })
    options.resampledForms = [layer: .summedWeights]
    let (programs, report) = try Compiler.lower(model, options: options)
    let kernels = programs[0].optimized.nodes.compactMap {
      ($0.op as? Conv2DWeightGradient)?.kernel
    }
    #expect(kernels == [[4, 4]])
    let notes = report.passes.flatMap(\.notes).map(\.description)
    #expect(notes.contains { $0.contains("with summed weights") && $0.contains("measured") })
  }
}
