import Glibc
package import Runtime

/// Bytes with an address that does not move: a file mapped read-only, or a copy of an array.
///
/// Nothing is read until it is touched, so a data set larger than memory can be opened. A file must not be
/// shortened in place while it is mapped; replacing it by renaming another over it, as `AtomicFile` does, is safe.
package final class MappedFile: @unchecked Sendable {
  // Unchecked, because a pointer is not Sendable; nothing writes through this one after `init`.
  private let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  package var count: Int { bytes.count }

  /// Maps a regular file.
  package init(path: String) throws(RuntimeError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw RuntimeError(.invalid, "cannot read '\(path)': expected a file, found something else")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapped = false
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw .unreadable(path, code: errno) }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
    isMapped = true
  }

  package init(copying array: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 16)
    copy.copyBytes(from: array)
    bytes = UnsafeRawBufferPointer(copy)
    isMapped = false
  }

  deinit {
    guard isMapped else { return bytes.deallocate() }
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// Calls `body` with all the bytes, which must not be kept.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(bytes)
  }
}
