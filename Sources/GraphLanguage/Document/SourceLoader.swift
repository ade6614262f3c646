import Foundation
import GraphIR

/// Reads the files that a document consists of.
package struct SourceLoader: Sendable {
  package enum Failure: Error, Hashable {
    case missing
    case notAFile
    case tooLong
    case unreadable
  }

  /// The bytes of the file at a path.
  package var read: @Sendable (_ path: String) throws(Failure) -> [UInt8]

  package init(read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8]) {
    self.read = read
  }

  /// The file system; regular files only, so that no include can wait for a pipe or drain a device.
  package static let files = SourceLoader { (path) throws(Failure) in
    let attributes: [FileAttributeKey: Any]
    do {
      attributes = try FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
    } catch { throw .missing }
    guard attributes[.type] as? FileAttributeType == .typeRegular else { throw .notAFile }
    guard let size = attributes[.size] as? Int, size <= YAMLLimits.bytes else { throw .tooLong }
    guard let bytes = FileManager.default.contents(atPath: path) else { throw .unreadable }
    return Array(bytes)
  }

  /// `path` as it is meant in a file at `base`: relative to that file's folder, without `.` and `..` where possible.
  package static func resolve(_ path: String, from base: String) -> String {
    guard !path.hasPrefix("/") else { return normalized(path) }
    guard let slash = base.lastIndex(of: "/") else { return normalized(path) }
    return normalized(base[...slash] + path)
  }

  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}
