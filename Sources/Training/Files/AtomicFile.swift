import Glibc
package import Runtime
import Synchronization

/// Replaces a file as a whole or not at all.
///
/// The new contents go into a temporary file in the same directory, are forced to the disk, and are renamed over
/// the old file; then the directory is forced to the disk too. Whatever fails before the renaming, a power cut
/// included, leaves the old file as it was.
package enum AtomicFile {
  /// Writes what `contents` produces to `path`, creating or replacing the file.
  ///
  /// A path that names a device or a pipe is written to directly, since a rename would replace the device.
  /// - Throws: `.cannotCreate` or `.inputOutput` naming `path`, or what `contents` throws; the temporary file is
  ///   removed either way.
  package static func write(
    to path: String, _ contents: (borrowing Writer) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let target = resolved(path)
    switch fileType(target) {
    case S_IFDIR: throw .system("write", path, code: EISDIR)
    case nil, S_IFREG: try replace(target, named: path, contents)
    default: try overwrite(target, named: path, contents)
    }
  }

  package static func write(_ bytes: [UInt8], to path: String) throws(RuntimeError) {
    try write(to: path) { writer throws(RuntimeError) in
      try writer.write(bytes)
    }
  }

  /// Where the bytes of a file under construction go.
  package struct Writer: ~Copyable {
    fileprivate let descriptor: Int32
    /// The path that errors name: the user's, not the temporary file's.
    fileprivate let path: String

    package func write(_ bytes: UnsafeRawBufferPointer) throws(RuntimeError) {
      var rest = bytes[...]
      while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
        let written = Glibc.write(descriptor, start, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw .system("write", path, code: errno) }
        rest = rest.dropFirst(written)
      }
    }

    package func write<Element: BitwiseCopyable>(_ elements: [Element]) throws(RuntimeError) {
      try elements.withUnsafeBufferPointer { buffer throws(RuntimeError) in
        try write(UnsafeRawBufferPointer(buffer))
      }
    }
  }

  // MARK: Steps

  private static let prefix = ".planform-"
  private static let suffix = ".partial"
  private static let serialNumber = Atomic<Int>(0)

  private static func replace(
    _ target: String, named path: String,
    _ contents: (borrowing Writer) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let directory = directory(of: target)
    removeLeftovers(in: directory)
    let serial = serialNumber.add(1, ordering: .relaxed).newValue
    let temporary = "\(directory)/\(prefix)\(getpid())-\(serial)\(suffix)"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("create", path, code: errno) }
    do throws(RuntimeError) {
      try fill(descriptor, named: path, contents)
      guard rename(temporary, target) == 0 else { throw .system("replace", path, code: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    try force(directory: directory, named: path)
  }

  /// Removes the temporary files of processes that were killed while they wrote.
  private static func removeLeftovers(in directory: String) {
    guard let names = try? Folder.names(in: directory, hidden: true) else { return }
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let process = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let number = pid_t(process), number > 0, kill(number, 0) != 0, errno == ESRCH else {
        continue
      }
      unlink("\(directory)/\(name)")
    }
  }

  private static func overwrite(
    _ target: String, named path: String,
    _ contents: (borrowing Writer) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let descriptor = open(target, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("write", path, code: errno) }
    try fill(descriptor, named: path, contents)
  }

  /// Writes, forces to the disk and closes; the descriptor is closed in any case.
  private static func fill(
    _ descriptor: Int32, named path: String,
    _ contents: (borrowing Writer) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      try contents(Writer(descriptor: descriptor, path: path))
      // Pipes and terminals cannot be forced to a disk.
      guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
        throw .system("write", path, code: errno)
      }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw .system("write", path, code: errno) }
  }

  /// Makes the renaming itself survive a power cut.
  private static func force(directory: String, named path: String) throws(RuntimeError) {
    let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("write", path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system("write", path, code: errno)
    }
  }

  // MARK: Paths

  /// The file behind symbolic links, so that the link stays and what it names is replaced.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func fileType(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
