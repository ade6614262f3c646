import Foundation
package import Plan

/// Plans in files.
extension PlanFile {
  /// Reads a plan file; the plan is checked when a session is made of it.
  ///
  /// Throws `missing` when there is no such file and `invalid`, with the place, when it is not a plan.
  package static func read(
    path: String, _ contents: Contents = .everything
  ) throws(RuntimeError) -> Plan {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw RuntimeError(.missing, "\(path): expected a plan file, found none")
    }
    guard let size = attributes[.size] as? Int, size <= byteLimit else {
      throw RuntimeError(
        .invalid, "\(path): expected at most \(byteLimit) bytes, found a larger file")
    }
    let bytes: [UInt8]
    do {
      bytes = [UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw RuntimeError(.inputOutput, "\(path): cannot be read: \(error.localizedDescription)")
    }
    do {
      return try decode(bytes, contents)
    } catch {
      throw RuntimeError(.invalid, "\(path): \(error)")
    }
  }

  /// Writes a plan file beside its final place and renames it.
  package static func write(_ plan: Plan, path: String) throws(RuntimeError) {
    do {
      let bytes = try encode(plan)
      try Foundation.Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch let error as PlanError {
      throw RuntimeError(.invalid, "\(error)")
    } catch {
      throw RuntimeError(
        .cannotCreate, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
