import Foundation
import Runtime
import Testing
import Training

/// The strips of StackGAN's Stage-I end, bit for bit, in what `sample` draws.
@Suite struct InterpolationTests {
  private func numbers(_ folder: ScratchFolder, _ arguments: [String]) throws -> [[Float]] {
    let invocation = try Invocation(
      arguments: ["sample", "model.plan", "--weights", "weights", "--tensor", "t"] + arguments,
      in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
    let tensor = try SafetensorsFile.read(path: folder.path("t")).tensor("image")
    return (0..<tensor.shape[0]).map { tensor.row($0).floats }
  }

  @Test(arguments: ["stage1", "emoji"])
  func `both ends of an interpolation are direct samples`(_ graph: String) throws {
    let folder = try ScratchFolder()
    let sizes = ["batch=3", "gf_dim=2", "df_dim=2", "text_dim=16", "cond_dim=4", "z_dim=4"]
    let compiled = try Invocation(
      arguments: [
        "compile", Repository.path("graphs/stackgan/\(graph).yaml"), "-o", "model.plan", "--quiet",
      ] + sizes.flatMap { ["--set", $0] }, in: folder)
    try #require(compiled.code == 0, "\(compiled.errors)")
    try SafetensorsFile.write(
      [("text", HostTensor(shape: [3, 16], [Float](repeating: 0, count: 48)))],
      to: folder.path("inputs"))
    let initial = try Invocation(
      "run", "model.plan", "sample", "--inputs", "inputs", "--state-out", "weights", in: folder)
    try #require(initial.code == 0, "\(initial.errors)")

    let texts = ["--input", "text=a red cat", "--input", "other=some blue dogs", "--seed", "7"]
    let strip = try numbers(
      folder, ["--program", "interpolate_text", "--columns", "alpha=0:1:8"] + texts)
    let ends = try numbers(
      folder, ["--columns", "text=a red cat", "--columns", "text=some blue dogs", "--seed", "7"])
    #expect(strip[0] == ends[0])
    #expect(strip[7] == ends[1])
    #expect(Set(strip).count == 8)

    let noises = try numbers(
      folder,
      ["--program", "interpolate_noise", "--columns", "alpha=0:1:8", "--seed", "7"]
        + ["--input", "text=a red cat"])
    #expect(noises[0] == ends[0])
    #expect(Set(noises).count == 8)
  }
}
