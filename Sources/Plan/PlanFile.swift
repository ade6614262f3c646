import Foundation

/// The plan as bytes: JSON with sorted keys and one line for each state, tensor and call.
///
/// Equal plans give equal bytes. Infinities and NaN stand as the strings `inf`, `-inf` and `nan`.
package enum PlanFile {
  /// No larger file is read.
  package static let byteLimit = 256 << 20
  /// No deeper nesting of arrays and objects is read; a plan needs eleven levels.
  package static let depthLimit = 32

  /// The file's bytes, ending with a line feed.
  package static func encode(_ plan: Plan) throws(PlanError) -> [UInt8] {
    do {
      return PlanLines.broken(try JSONText.encode(plan))
    } catch {
      throw PlanError("cannot be written as JSON: \(error)", at: "plan")
    }
  }

  /// Which parts of a plan are read.
  package enum Contents: Sendable {
    case everything
    /// All that a run needs: reference programs, half of the file, are for `planform verify`.
    case withoutReferences
  }

  /// Reads a plan; what it says is not checked beyond its form, which is `PlanChecker`'s work.
  package static func decode(
    _ bytes: [UInt8], _ contents: Contents = .everything
  ) throws(PlanError) -> Plan {
    guard bytes.count <= byteLimit else {
      throw PlanError(
        "expected at most \(byteLimit) bytes, found \(bytes.count)", at: "plan")
    }
    try checkDepth(bytes)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    decoder.userInfo[.planContents] = contents
    do {
      var plan = try decoder.decode(Root.self, from: Data(bytes)).plan
      var sharing = ArraySharing()
      for index in plan.programs.indices { sharing.share(&plan.programs[index]) }
      return plan
    } catch let error as PlanError {
      throw error
    } catch {
      throw PlanError(describing: error)
    }
  }

  /// Looks at the version first: a plan of another one lacks keys.
  private struct Root: Decodable {
    private enum CodingKeys: String, CodingKey { case version }
    var plan: Plan

    init(from decoder: any Decoder) throws {
      let found = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .version)
      guard found == Plan.formatVersion else {
        throw PlanError(
          "expected format version \(Plan.formatVersion), found \(found); compile the plan again",
          at: "version")
      }
      plan = try Plan(from: decoder)
    }
  }

  /// Refuses deep nesting before any parser recurses into it.
  private static func checkDepth(_ bytes: [UInt8]) throws(PlanError) {
    var depth = 0
    var deepest = 0
    bytes.withUnsafeBufferPointer { bytes in
      var inString = false
      var index = 0
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\\") where inString: index += 1
        case UInt8(ascii: "\""): inString.toggle()
        case UInt8(ascii: "{") where !inString, UInt8(ascii: "[") where !inString:
          depth += 1
          deepest = max(deepest, depth)
        case UInt8(ascii: "}") where !inString, UInt8(ascii: "]") where !inString: depth -= 1
        default: break
        }
        index += 1
      }
    }
    guard deepest <= depthLimit else {
      throw PlanError(
        "expected nesting of at most \(depthLimit) levels, found \(deepest)", at: "plan")
    }
  }
}

extension CodingUserInfoKey {
  /// Under this key a decoder says which `PlanFile.Contents` it reads.
  fileprivate static let planContents = CodingUserInfoKey(rawValue: "planContents")!
}

extension Decoder {
  /// Whether reference programs are to be passed over.
  var leavesOutReferences: Bool {
    userInfo[.planContents] as? PlanFile.Contents == .withoutReferences
  }
}

extension PlanError {
  /// What Foundation's decoder says, with its coding path as the place.
  fileprivate init(describing error: any Error) {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      self.init(
        "expected the key '\(key.stringValue)', found none", at: Self.place(context.codingPath))
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      // Without a path it is the text itself that Foundation could not read.
      self.init(
        context.codingPath.isEmpty && context.underlyingError != nil
          ? "expected a plan as 'planform compile' writes it, found text that is no JSON"
          : context.debugDescription, at: Self.place(context.codingPath))
    default:
      self.init("\(error)", at: "plan")
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    var place = ""
    for key in path {
      if let index = key.intValue {
        place += "[\(index)]"
      } else {
        place += (place.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return place.isEmpty ? "plan" : place
  }
}
