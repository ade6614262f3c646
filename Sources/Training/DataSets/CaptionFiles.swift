import Glibc
import Runtime

/// Finds what is said about the pictures of a folder.
///
/// Captions stand in `captions.tsv` (one `picture<TAB>caption` a line, a picture may come again), in `captions.json`
/// (`{"picture": "caption" or ["caption", ...]}`), or in a text file named like the picture, one caption a line.
/// Pictures are named by their paths below the folder.
struct CaptionFiles {
  /// By picture; nil if the captions stand beside the pictures.
  private let table: [String: [String]]?
  /// Where text files lie, in folders like the pictures'.
  private let folder: String

  /// - Parameter captions: a table or a folder of text files; nil looks for either in the pictures' folder.
  init(pictures: String, captions: String?) throws(RuntimeError) {
    let candidates =
      captions.map { [$0] } ?? ["captions.tsv", "captions.json"].map { "\(pictures)/\($0)" }
    guard let path = candidates.first(where: { access($0, F_OK) == 0 }), !Folder.exists(path) else {
      if let captions, access(captions, F_OK) != 0 { throw .unreadable(captions, code: errno) }
      table = nil
      folder = captions ?? pictures
      return
    }
    table = path.hasSuffix(".json") ? try Self.json(path) : try Self.tabSeparated(path)
    folder = pictures
  }

  /// A picture's captions; empty if there are none.
  func captions(of picture: String) throws(RuntimeError) -> [String] {
    if let table { return table[picture] ?? [] }
    let stem = picture.lastIndex(of: ".").map { picture[..<$0] } ?? picture[...]
    let path = "\(folder)/\(stem).txt"
    guard access(path, F_OK) == 0 else { return [] }
    return try Self.text(path).split(whereSeparator: \.isNewline).map(trimmed)
      .filter { !$0.isEmpty }
  }

  // MARK: Tables

  private static func tabSeparated(_ path: String) throws(RuntimeError) -> [String: [String]] {
    var table: [String: [String]] = [:]
    for (index, line) in try text(path).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline
    ).enumerated() where !line.isEmpty {
      let fields = line.split(separator: "\t", maxSplits: 1)
      guard fields.count == 2 else {
        throw RuntimeError(
          .invalid, "'\(path)' line \(index + 1): expected a picture, a tab and a caption")
      }
      table[String(fields[0]), default: []].append(trimmed(fields[1]))
    }
    return table
  }

  private static func json(_ path: String) throws(RuntimeError) -> [String: [String]] {
    let json = try MappedFile(path: path).withBytes { bytes throws(RuntimeError) in
      try JSON.parse(bytes, of: "'\(path)'")
    }
    guard let members = json.members else {
      throw RuntimeError(.invalid, "'\(path)': expected an object of captions by picture")
    }
    var table: [String: [String]] = [:]
    for (picture, value) in members {
      guard let captions = value.string.map({ [$0] }) ?? value.strings else {
        throw RuntimeError(
          .invalid, "'\(path)': expected a caption or a list of captions for '\(picture)'")
      }
      table[picture] = captions
    }
    return table
  }

  private static func text(_ path: String) throws(RuntimeError) -> String {
    let text = try MappedFile(path: path).withBytes { String(validating: $0, as: UTF8.self) }
    guard let text else { throw RuntimeError(.invalid, "'\(path)': the text is not valid UTF-8") }
    return text
  }
}

private func trimmed(_ text: Substring) -> String {
  let isBlank: (Character) -> Bool = \.isWhitespace
  let start = text.drop(while: isBlank)
  let end = start.lastIndex { !isBlank($0) }
  return end.map { String(start[...$0]) } ?? ""
}
