import Foundation

/// One run of the built program: what it was given, and what it said.
struct Invocation {
  let code: Int32
  let output: String
  let errors: String

  init(_ arguments: String..., in folder: ScratchFolder) throws {
    try self.init(arguments: arguments, in: folder)
  }

  /// Runs `planform` with arguments in a folder.
  ///
  /// - Parameters:
  ///   - limit: the seconds after which it is ended; the code is -1 then.
  ///   - environment: variables besides those of the tests.
  init(
    arguments: [String], in folder: ScratchFolder, limit: Double? = nil,
    environment: [String: String] = [:]
  ) throws {
    let process = Process()
    process.executableURL = try Self.program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder.url
    // Files take any amount of text, where a pipe would have to be emptied while the program runs.
    let (outputFile, errorFile) = (folder.url("output.txt"), folder.url("errors.txt"))
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    if let limit {
      DispatchQueue.global().asyncAfter(deadline: .now() + limit) {
        if process.isRunning { process.terminate() }
      }
    }
    process.waitUntilExit()
    code = process.terminationReason == .exit ? process.terminationStatus : -1
    output = String(decoding: try Data(contentsOf: outputFile), as: UTF8.self)
    errors = String(decoding: try Data(contentsOf: errorFile), as: UTF8.self)
  }

  /// The program lies beside the tests.
  private static var program: URL {
    get throws {
      let arguments = CommandLine.arguments
      let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] }
      let start = URL(fileURLWithPath: bundle ?? arguments[0]).resolvingSymlinksInPath()
      var folder = start
      while folder.path != "/" {
        folder.deleteLastPathComponent()
        let program = folder.appendingPathComponent("planform")
        if FileManager.default.isExecutableFile(atPath: program.path), !isFolder(program) {
          return program
        }
      }
      throw CocoaError(.fileNoSuchFile)
    }
  }

  private static func isFolder(_ url: URL) -> Bool {
    (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
  }
}

/// A folder of its own for one test, removed at the end.
final class ScratchFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("planform-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func url(_ name: String) -> URL { url.appendingPathComponent(name) }

  func path(_ name: String) -> String { url(name).path }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: url(name))
  }

  func bytes(of name: String) throws -> Data { try Data(contentsOf: url(name)) }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }
}

extension ScratchFolder {
  /// A model small enough to compile in a moment: one linear network, trained to halve its input.
  static func withModel() throws -> ScratchFolder {
    let folder = try ScratchFolder()
    try folder.write(
      """
      planform: 1
      name: halves
      params: { batch: 4, width: 3 }
      networks:
        g:
          inputs: { x: [batch, width] }
          nodes:
            - linear: { features: width }
          outputs: { y: linear }
      optimizers:
        o: { adam: { lr: 0.01 }, update: [g] }
      train:
        inputs: { x: [batch, width] }
        steps:
          - fit:
              - g:        { as: y, from: x }
              - loss:     { as: error, value: "mean((y - x / 2) ** 2)" }
              - minimize: { loss: error, with: o }
        report: [error]
      sample:
        inputs: { x: [batch, width] }
        nodes:
          - g: { as: y, from: x }
        outputs: { y: y }
      """, to: "model.yaml")
    return folder
  }
}

/// The checkout that the tests were built from.
enum Repository {
  static func path(_ relative: String) -> String {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(relative).path
  }
}
