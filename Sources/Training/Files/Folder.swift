import Foundation
import Runtime

/// Lists folders in an order that does not depend on the file system.
enum Folder {
  /// The names in a folder, those that begin with a dot or the others, sorted by their bytes.
  static func names(in path: String, hidden: Bool = false) throws(RuntimeError) -> [String] {
    guard let stream = opendir(path) else { throw .unreadable(path, code: errno) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasPrefix(".") == hidden { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder, and those that it lies in, unless they are there.
  static func create(_ path: String) throws(RuntimeError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      let reason = (system ?? error as NSError).localizedDescription.lowercased()
      throw RuntimeError(.cannotCreate, "cannot create the folder '\(path)': \(reason)")
    }
  }

  /// Paths of all files below a folder, relative to it; deeper than eight folders is an error, for links may cycle.
  static func files(below root: String) throws(RuntimeError) -> [String] {
    var files: [String] = []
    try collect(root, prefix: "", depth: 0, into: &files)
    return files
  }

  /// Paths of all PNG and JPEG files below a folder, relative to it.
  static func pictures(below root: String) throws(RuntimeError) -> [String] {
    try files(below: root).filter(PictureFolder.isPicture)
  }

  private static func collect(
    _ path: String, prefix: String, depth: Int, into files: inout [String]
  ) throws(RuntimeError) {
    guard depth <= 8 else {
      throw RuntimeError(.invalid, "'\(path)': folders are nested more than eight deep")
    }
    for name in try names(in: path) {
      let child = "\(path)/\(name)"
      if exists(child) {
        try collect(child, prefix: "\(prefix)\(name)/", depth: depth + 1, into: &files)
      } else {
        files.append(prefix + name)
      }
    }
  }
}
