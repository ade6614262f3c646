import Foundation
import Runtime
import Testing
import Training

/// The style encoder: trained to find the noise behind a frozen generator's pictures.
@Suite struct StyleEncoderTests {
  /// Pictures of 16 pixels, so that a picture's noise is found in seconds.
  static let sizes = [
    "batch=16", "image_size=16", "gf_dim=4", "df_dim=16", "text_dim=8", "t_dim=4", "z_dim=2",
    "lr=2e-3",
  ]

  @Test func `the loss falls to less than half, and the generator stays as it is, bit for bit`()
    throws
  {
    let folder = try ScratchFolder()
    try writeDataSet(to: folder.path("data.safetensors"))
    try compile(in: folder)
    try train("first", steps: 1, in: folder)
    try writeGenerator(
      from: folder.path("first/checkpoint.safetensors"),
      to: folder.path("generator.safetensors"))
    try train("run", steps: 200, "--load", "generator=generator.safetensors", in: folder)

    let losses = try losses(in: folder)
    // Noise between -1 and 1 has a mean square of 1/3: what an encoder that knows nothing reaches.
    #expect(abs(losses[0] - 1.0 / 3) < 0.1)
    let (first, last) = (mean(losses.prefix(5)), mean(losses.suffix(20)))
    #expect(last < first / 2)
    let loaded = try SafetensorsFile.read(path: folder.path("generator.safetensors"))
    let trained = try SafetensorsFile.read(path: folder.path("run/checkpoint.safetensors"))
    for name in loaded.names {
      #expect(try trained.tensor(name).floats == loaded.tensor(name).floats, "\(name)")
    }
  }

  /// With random weights, so that no more than the way is tested.
  @Test func `a picture's style is measured, and given to a caption`() throws {
    let folder = try ScratchFolder()
    try writeDataSet(to: folder.path("data.safetensors"))
    try compile(in: folder)
    try train("run", steps: 1, in: folder)
    let model = ["style.plan", "--weights", "run/checkpoint.safetensors"]
    try succeed(
      ["evaluate", "style"] + model + [
        "--data", "data.safetensors", "--clusters", "2", "--folds", "2", "--json", "style.json",
      ], in: folder)
    let json = try JSONSerialization.jsonObject(with: folder.bytes(of: "style.json"))
    let result = try #require(json as? [String: Any])
    let folds = try #require(result["folds"] as? [Double])
    #expect(folds.count == 2 && folds.allSatisfy { 0...1 ~= $0 })
    let area = try #require(result["auc"] as? Double)
    #expect(abs(area - (folds[0] + folds[1]) / 2) < 1e-9)
    #expect(result["auc_text"] is Double)
    #if PICTURES
      try succeed(
        ["sample"] + model + [
          "--program", "transfer", "--data", "data.safetensors", "--rows", "text=data:0-2",
          "--columns", "image=data:0-3", "-o", "transfer.png",
        ], in: folder)
      #expect(folder.has("transfer.png"))
    #endif
  }

  private func compile(in folder: ScratchFolder) throws {
    try succeed(
      [
        "compile", Repository.path("graphs/text_to_image/style.yaml"), "-o", "style.plan",
        "--quiet",
      ]
        + Self.sizes.flatMap { ["--set", $0] }, in: folder)
  }

  private func train(
    _ run: String, steps: Int, _ more: String..., in folder: ScratchFolder
  ) throws {
    try succeed(
      [
        "train", "style.plan", "--data", "data.safetensors", "--out", run, "--steps", "\(steps)",
        "--sample-every", "0", "--log-every", "1",
      ] + more, in: folder)
  }

  private func succeed(_ arguments: [String], in folder: ScratchFolder) throws {
    let run = try Invocation(arguments: arguments, in: folder)
    try #require(run.code == 0, "\(arguments): \(run.errors)")
  }

  /// A generator whose pictures show their noise: that of a fresh model, with ten times the weights.
  private func writeGenerator(from checkpoint: String, to path: String) throws {
    let file = try SafetensorsFile.read(path: checkpoint)
    let names = file.names.filter { $0.hasPrefix("generator/") }
    let tensors = try names.map { name in
      let tensor = try file.tensor(name)
      let isScaled = name.hasSuffix(".weight") && !name.contains("batch_norm")
      return (
        name, isScaled ? HostTensor(shape: tensor.shape, tensor.floats.map { $0 * 10 }) : tensor
      )
    }
    try SafetensorsFile.write(tensors, to: path)
  }

  private func losses(in folder: ScratchFolder) throws -> [Double] {
    String(decoding: try folder.bytes(of: "run/log.jsonl"), as: UTF8.self)
      .matches(of: #/"style_loss":([0-9.e-]+)/#).compactMap { Double($0.output.1) }
  }

  private func mean(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private func writeDataSet(to path: String) throws {
    let vectors: [Float] = (0..<128).map { number in Float(number * 37 % 17) / 8 - 1 }
    let outline = DataSetOutline(
      imageSize: (16, 16), captions: (0..<16).map { ["picture \($0)"] },
      embeddings: HostTensor(shape: [16, 1, 8], vectors), embedding: "synthetic")
    try DataSet.write(outline, to: path) { index throws(RuntimeError) in
      Picture(width: 16, height: 16, colour: (UInt8(index), 0, 0))
    }
  }
}
