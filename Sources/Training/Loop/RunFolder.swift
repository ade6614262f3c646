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
/// RUN/samples/000500.png              pictures drawn on the way
/// RUN/samples.png                     the last of them
/// ```
package struct RunFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var checkpoint: String { path + "/checkpoint.safetensors" }
  package var log: String { path + "/log.jsonl" }
  package var plan: String { path + "/plan.json" }
  package var samples: String { path + "/samples.png" }

  package func checkpoint(at iteration: Int) -> String {
    "\(path)/checkpoints/\(Self.number(iteration)).safetensors"
  }

  package func samples(at iteration: Int) -> String {
    "\(path)/samples/\(Self.number(iteration)).png"
  }

  package var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint) }

  /// Makes the folder and those inside it, and puts the plan there.
  package func create(for plan: Plan) throws(RuntimeError) {
    for folder in [path, path + "/samples", path + "/checkpoints"] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw RuntimeError(
          .cannotCreate, "cannot create the folder '\(folder)': \(Self.reason(error))")
      }
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

  private static func reason(_ error: any Error) -> String {
    let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return (system ?? error as NSError).localizedDescription.lowercased()
  }
}
