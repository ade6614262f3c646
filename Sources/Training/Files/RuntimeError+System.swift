import Glibc
package import Runtime

extension RuntimeError {
  /// A system call on a file that failed, with the system's own reason.
  ///
  /// What lacks room or rights is `.cannotCreate`; a device that fails is `.inputOutput`.
  package static func system(_ action: String, _ path: String, code: Int32) -> RuntimeError {
    let reason = strerror(code).map { String(cString: $0).lowercased() } ?? "error \(code)"
    return RuntimeError(kind(of: code), "cannot \(action) '\(path)': \(reason)")
  }

  /// A file that could not be opened for reading.
  package static func unreadable(_ path: String, code: Int32) -> RuntimeError {
    var error = system("read", path, code: code)
    error.kind = code == ENOENT || code == ENOTDIR ? .missing : .inputOutput
    return error
  }

  private static func kind(of code: Int32) -> Kind {
    switch code {
    case ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, EFBIG:
      .cannotCreate
    default: .inputOutput
    }
  }
}
