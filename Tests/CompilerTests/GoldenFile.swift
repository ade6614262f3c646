import Compiler
import Foundation
import GraphIR
import Operators
import Testing

/// A graph before a pass and the same graph behind it, in one file: `Golden/<pass>/<claim>.ir`.
///
/// Above the line `----` stands the input, below it the expected output with the pass's notes. Values are numbered in
/// the order of their definition.
struct GoldenFile: Sendable, CustomTestStringConvertible {
  /// Set to 1, it makes the tests write what they find.
  static let blessVariable = "PLANFORM_BLESS"
  private static let separator = "----\n"

  let url: URL
  var pass: String { url.deletingLastPathComponent().lastPathComponent }
  var claim: String { url.deletingPathExtension().lastPathComponent }
  var testDescription: String { "\(pass)/\(claim)" }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  /// Every golden file, in alphabetical order.
  static let all: [GoldenFile] = {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? [])
      .filter { $0.pathExtension == "ir" }
      .sorted { $0.path < $1.path }
      .map(GoldenFile.init(url:))
  }()

  /// Runs the pass on the input, compares, or blesses.
  func check() throws {
    let text = try String(contentsOf: url, encoding: .utf8)
    let parts = text.components(separatedBy: Self.separator)
    let found = try output(of: parts[0])
    if ProcessInfo.processInfo.environment[Self.blessVariable] == "1" {
      let blessed = parts[0] + Self.separator + found
      if blessed != text { try blessed.write(to: url, atomically: true, encoding: .utf8) }
      return
    }
    let expected = parts.count > 1 ? parts[1] : ""
    if found != expected {
      Issue.record(
        """
        \(testDescription) differs; if the new output is right, run the tests with \
        \(Self.blessVariable)=1 to write it
        \(Self.difference(expected, found))
        """)
    }
  }

  private func output(of input: String) throws -> String {
    let pass = try #require(Pipeline.pass(named: pass), "there is no pass named as the folder")
    var graph = try GraphParser.parse(
      input, file: url.lastPathComponent,
      catalog: .standard.adding([
        FusedTile.self, WeightUpdate.self, TileList.self, Measured.self,
      ]))
    try Verifier.verify(graph, after: "parsing")
    var report = PassReport(pass: pass.name, program: graph.name)
    do {
      try pass(&graph, &report)
    } catch {
      return error.description + "\n"
    }
    try Verifier.verify(graph, after: pass.name)
    let notes = report.notes.map { "// \($0)\n" }.joined()
    return graph.compacted().description + notes
  }

  /// A line diff, `-` expected and `+` found.
  private static func difference(_ expected: String, _ found: String) -> String {
    let (old, new) = (expected.components(separatedBy: "\n"), found.components(separatedBy: "\n"))
    var lines = old.map { "  " + $0 }
    let changes = new.difference(from: old)
    for case .remove(let offset, let line, _) in changes { lines[offset] = "- " + line }
    var result = lines
    for case .insert(let offset, let line, _) in changes.insertions {
      // Removed lines stay in the listing and push later ones down.
      var (position, kept) = (0, 0)
      while position < result.count, kept < offset {
        if !result[position].hasPrefix("- ") { kept += 1 }
        position += 1
      }
      result.insert("+ " + line, at: position)
    }
    return result.joined(separator: "\n")
  }
}

@Suite struct GoldenTests {
  @Test(arguments: GoldenFile.all)
  func `passes turn the golden inputs into the golden outputs`(file: GoldenFile) throws {
    try file.check()
  }

  @Test func `every pass has a golden file`() {
    let tested = Set(GoldenFile.all.map(\.pass))
    #expect(Pipeline.all.map(\.name).filter { !tested.contains($0) } == [])
  }
}
