import Foundation
import Runtime
import Testing
import Training

/// A shipped graph, compiled with some settings, whose programs are run through the command line.
struct CompiledGraph {
  let folder: ScratchFolder

  /// - Parameters:
  ///   - graph: path of the YAML file in the repository.
  ///   - settings: assignments for `--set`.
  init(_ graph: String, _ settings: [String]) throws {
    try self.init(file: Repository.path(graph), settings, in: ScratchFolder())
  }

  /// A graph written for a test; files of the repository are included by `Repository.path`.
  init(text: String) throws {
    let folder = try ScratchFolder()
    try folder.write(text, to: "model.yaml")
    try self.init(file: "model.yaml", [], in: folder)
  }

  private init(file: String, _ settings: [String], in folder: ScratchFolder) throws {
    self.folder = folder
    try succeed(
      ["compile", file, "-o", "model.plan", "--quiet"] + settings.flatMap { ["--set", $0] })
  }

  /// Runs a program on its first weights.
  func run(
    _ program: String, _ inputs: [(String, HostTensor)], save: [String] = [],
    options: [String] = []
  ) throws -> SafetensorsFile {
    try SafetensorsFile.write(inputs, to: folder.path("inputs.safetensors"))
    try succeed(
      [
        "run", "model.plan", program, "--inputs", "inputs.safetensors", "--outputs",
        "values.safetensors", "--state-out", "states.safetensors",
      ] + (save.isEmpty ? [] : ["--save", save.joined(separator: ",")]) + options)
    return try SafetensorsFile.read(path: folder.path("values.safetensors"))
  }

  /// All state behind the last run.
  func states() throws -> SafetensorsFile {
    try SafetensorsFile.read(path: folder.path("states.safetensors"))
  }

  /// Two pictures of 32x32 for each name, and the label 1 twice.
  func pictures(_ names: [String], labels: [String]) throws -> [(String, HostTensor)] {
    let count = 2 * 3 * 32 * 32
    let pictures = names.enumerated().map { index, name in
      let numbers = (0..<count).map { place in sin(Float(place * (index + 3)) * 0.37) }
      return (name, HostTensor(shape: [2, 3, 32, 32], numbers))
    }
    return pictures + labels.map { ($0, HostTensor(shape: [2], [Int64(1), 1])) }
  }

  private func succeed(_ arguments: [String]) throws {
    let invocation = try Invocation(arguments: arguments, in: folder)
    try #require(invocation.code == 0, "\(arguments): \(invocation.errors)")
  }
}
