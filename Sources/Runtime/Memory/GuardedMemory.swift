import Glibc

/// Zeroed memory between two inaccessible pages, aligned to 64 bytes, so that straying past either end stops at once.
package final class GuardedMemory {
  package let start: UnsafeMutableRawPointer
  package let byteCount: Int
  private let reservation: UnsafeMutableRawPointer
  private let reservedBytes: Int

  /// Reserves the bytes; the machine supplies pages as they are touched.
  ///
  /// Throws `cannotCreate` for more than the machine's memory, before the attempt could bring it to its knees.
  package init(byteCount: Int, for purpose: String) throws(RuntimeError) {
    let page = Int(getpagesize())
    let installed = sysconf(Int32(_SC_PHYS_PAGES)) * page
    guard byteCount <= installed else {
      throw RuntimeError(
        .cannotCreate,
        "expected \(byteCount) bytes of memory for \(purpose), found \(installed) in this machine")
    }
    let aligned = (max(byteCount, 1) + 63) & ~63
    let room = (aligned + page - 1) / page * page
    reservedBytes = room + 2 * page
    guard
      let memory = mmap(nil, reservedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED
    else { throw Self.refusal(byteCount, purpose) }
    guard mprotect(memory + page, room, PROT_READ | PROT_WRITE) == 0 else {
      munmap(memory, reservedBytes)
      throw Self.refusal(byteCount, purpose)
    }
    reservation = memory
    // The end lies against its guard page; the start is at most one page away from its own.
    start = memory + page + room - aligned
    self.byteCount = byteCount
    madvise(memory + page, room, MADV_HUGEPAGE)
  }

  private static func refusal(_ byteCount: Int, _ purpose: String) -> RuntimeError {
    RuntimeError(
      .cannotCreate,
      "expected \(byteCount) bytes of memory for \(purpose), found that the system gives no more: "
        + String(cString: strerror(errno)))
  }

  deinit { munmap(reservation, reservedBytes) }
}

/// Places buffers one behind the other, each at a multiple of 64 bytes.
struct BufferLayout {
  private(set) var byteCount = 0

  /// The offset of a new buffer.
  mutating func append(_ bytes: Int) -> Int {
    defer { byteCount += (bytes + 63) & ~63 }
    return byteCount
  }
}
