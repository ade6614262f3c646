import Foundation
package import Plan
package import Runtime

/// The places of a run's files.
///
/// ```
/// RUN/checkpoint.safetensors          the last checkpoint
/// RUN/checkpoints/000500.safetensors  those that are kept
/// RUN/log.jsonl                       one line every few steps
/// RUN/plan.json                       a copy of the plan
/// RUN/samples/000500.png              pictures drawn on the way by the program 'sample'
/// RUN/samples.png                     the last of them
/// RUN/samples-reference.png           the same by the program 'reference', for plans that have one
/// ```
package struct RunFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var checkpoint: String { path + "/checkpoint.safetensors" }
  package var log: String { path + "/log.jsonl" }
  package var plan: String { path + "/plan.json" }

  package func checkpoint(at iteration: Int) -> String {
    "\(path)/checkpoints/\(Self.number(iteration)).safetensors"
  }

  /// The last sheet that a program has drawn.
  package func samples(by program: String = "sample") -> String {
    "\(path)/samples\(Self.suffix(program)).png"
  }

  package func samples(at iteration: Int, by program: String = "sample") -> String {
    "\(path)/samples/\(Self.number(iteration))\(Self.suffix(program)).png"
  }

  private static func suffix(_ program: String) -> String {
    program == "sample" ? "" : "-" + program
  }

  package var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint) }

  /// Makes the folder and those inside it, and puts the plan there.
  package func create(for plan: Plan) throws(RuntimeError) {
    for folder in [path, path + "/samples", path + "/checkpoints"] {
      try Folder.create(folder)
    }
    try AtomicFile.write(try encoded(plan), to: self.plan)
  }

  private func encoded(_ plan: Plan) throws(RuntimeError) -> [UInt8] {
    do throws(PlanError) {
      return try PlanFile.encode(plan)
    } catch {
      throw RuntimeError(.invalid, error.description)
    }
  }

  private static func number(_ iteration: Int) -> String { String(format: "%06d", iteration) }
}
