import Foundation
import Testing

/// What several steps of an iteration need is computed once: kernel calls of the shipped graphs, counted.
@Suite struct SharedComputationTests {
  /// The source is encoded before and after the generator's update, and each of two drawn pictures once, for the way
  /// back; one drawn picture serves the discriminator and the generator.
  @Test func `pictures that several steps need are encoded and drawn once`() throws {
    let calls = try trainingCalls(
      "graphs/stargan2/stargan2.yaml", ["batch=2", "image_size=32", "base_dim=16", "w_hpf=0"])
    #expect(
      calls.count { $0.kernel == "convolution" && $0.label.hasSuffix("generator.from_rgb") } == 4)
    #expect(
      calls.count { $0.kernel == "convolution" && $0.label.hasSuffix("generator.to_rgb") } == 7)
  }

  /// The wrong pairs' pictures are the real ones, and captions do not enter the convolution at each place.
  @Test func `the head convolves each picture once`() throws {
    let calls = try trainingCalls("graphs/stackgan/stage1.yaml", ["gf_dim=8", "df_dim=32"])
    let head = calls.filter { $0.label.hasSuffix(".judge.conv3x3.conv2d") }
    #expect(head.count { $0.kernel == "convolution" } == 3)
    #expect(head.count { $0.kernel == "convolutionInputGradient" } == 3)
    #expect(head.count { $0.kernel == "convolutionWeightGradient" } == 2)
  }

  /// Kernel and node of every call of a graph's training program.
  private func trainingCalls(
    _ graph: String, _ settings: [String]
  ) throws -> [(kernel: String, label: String)] {
    let folder = try ScratchFolder()
    let file = Repository.path(graph)
    // What is computed a second time to save memory is nothing that steps could have shared.
    let compiled = try Invocation(
      arguments: [
        "compile", file, "-o", "model.plan", "--quiet", "--without", "recompute-chains",
      ] + settings.flatMap { ["--set", $0] }, in: folder)
    try #require(compiled.code == 0, "\(compiled.errors)")
    let shown = try Invocation(arguments: ["show", "model.plan", "--kernels"], in: folder)
    let program = shown.output.components(separatedBy: "program ").first { $0.hasPrefix("train:") }
    return try #require(program).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 2, let label = words.last, Int(words[0]) != nil else { return nil }
      return (String(words[1]), String(label))
    }
  }
}
