import Foundation

/// How many mutants a format is tried with: 2,000, or 20,000 where `PLANFORM_SLOW_TESTS` is set.
package let mutationCount = runsSlowTests ? 20_000 : 2_000

package let runsSlowTests = ProcessInfo.processInfo.environment["PLANFORM_SLOW_TESTS"] != nil

/// One damaged file.
package struct Mutant {
  /// Which of the run it is.
  package let index: Int
  package let bytes: [UInt8]
}

/// Feeds mutants of files to a reader, and tells which of them took too long.
///
/// A mutant that ends or stops the process stays behind as `planform-mutant-LABEL` in the folder for temporary files.
package struct MutationRun {
  /// Processor seconds that one case may take; wall-clock time would depend on what else the machine does.
  private static let secondsPerCase = 1.0

  private let label: String
  private let files: [[UInt8]]
  private let count: Int

  /// - Parameters:
  ///   - label: letters that name the run, of which its seed is made too.
  ///   - files: what is damaged, in turn.
  package init(_ label: String, of files: [[UInt8]], count: Int = mutationCount) {
    self.label = label
    self.files = files
    self.count = count
  }

  /// Runs every case; the body reads the mutant and checks what comes of it.
  ///
  /// - Returns: descriptions of the cases that took too long, of which there should be none.
  package func forEach(_ body: (Mutant) throws -> Void) throws -> [String] {
    var mutator = Mutator(seed: label.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
    var slow: [String] = []
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("planform-mutant-\(label)")
    defer { try? FileManager.default.removeItem(at: file) }
    for index in 0..<count {
      let mutant = Mutant(index: index, bytes: mutator.mutated(files[index % files.count]))
      try Data(mutant.bytes).write(to: file)
      let start = Self.threadSeconds()
      try body(mutant)
      let seconds = Self.threadSeconds() - start
      if seconds > Self.secondsPerCase { slow.append("\(label) \(index): \(seconds) s") }
    }
    return slow
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// The bytes of a file of the repository, such as `graphs/stackgan/stage1.yaml`.
package func shippedFile(_ path: String) throws -> [UInt8] {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  return Array(try Data(contentsOf: root.appendingPathComponent(path)))
}
