import Glibc
package import Runtime

/// One line of a run's log.
package struct LogRecord: Sendable {
  /// Steps done.
  package var iteration: Int
  /// The epoch of the last of them, from 0.
  package var epoch: Int
  /// Reported values in the plan's order.
  package var values: [(name: String, value: Float)]
  /// Scheduled scalars, such as learning rates, in the program's order.
  package var schedules: [(name: String, value: Double)]
  package var imagesPerSecond: Double

  package init(
    iteration: Int, epoch: Int, values: [(name: String, value: Float)],
    schedules: [(name: String, value: Double)], imagesPerSecond: Double
  ) {
    self.iteration = iteration
    self.epoch = epoch
    self.values = values
    self.schedules = schedules
    self.imagesPerSecond = imagesPerSecond
  }

  /// The record as JSON on one line; all but the last member are the same in every repetition of a run.
  package var text: String {
    // The shortest decimal of the float32, not that of the double it would become.
    let values = values.map { ($0.name, JSON.number(Double($0.value.description) ?? .nan)) }
    return JSON.object([
      ("iteration", .integer(iteration)), ("epoch", .integer(epoch)),
      ("values", .object(values.map { (key: $0.0, value: $0.1) })),
      ("schedules", .object(schedules.map { (key: $0.name, value: .number($0.value)) })),
      ("images_per_second", .number((imagesPerSecond * 10).rounded() / 10)),
    ]).text
  }
}

/// A run's log: one JSON object a line, appended as training goes on.
package final class TrainingLog {
  private let path: String
  private let descriptor: Int32

  /// Opens the log and drops everything after `iteration`, which a resumed run will write anew.
  ///
  /// A line that was cut off when the machine went down is dropped too.
  package init(path: String, keepingUpTo iteration: Int) throws(RuntimeError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("create", path, code: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw RuntimeError(.cannotCreate, "another run is writing to '\(path)'")
    }
    let kept = try Self.keptLength(of: path, upTo: iteration)
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw .system("write", path, code: errno)
    }
  }

  deinit {
    // A child process that was started meanwhile holds the lock as long as it lives, unless it is given up.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  package func append(_ record: LogRecord) throws(RuntimeError) {
    let bytes = Array((record.text + "\n").utf8)
    var position = 0
    while position < bytes.count {
      let written = bytes[position...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .system("write", path, code: errno) }
      position += written
    }
  }

  /// Forces what was appended to the disk: a checkpoint must never be ahead of the log.
  package func flush() throws(RuntimeError) {
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system("write", path, code: errno)
    }
  }

  /// Bytes of the whole lines that speak of no later iteration.
  private static func keptLength(of path: String, upTo iteration: Int) throws(RuntimeError) -> Int {
    let file = try MappedFile(path: path)
    return file.withBytes { bytes in
      var kept = 0
      while let end = bytes[kept...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = UnsafeRawBufferPointer(rebasing: bytes[kept..<end])
        guard let found = (try? JSON.parse(line, of: path))?["iteration"]?.integer,
          found <= iteration
        else { break }
        kept = end + 1
      }
      return kept
    }
  }
}
