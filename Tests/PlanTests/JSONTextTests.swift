import Foundation
import Plan
import Testing

@Suite struct JSONTextTests {
  /// Asks an encoder for all that the plan's types may ask it for.
  private struct Everything: Encodable {
    enum Shape: String, Encodable { case round, square }
    enum Choice: Encodable {
      case plain
      case labelled(zeta: Int, alpha: [Double])
      case unlabelled(Int)
    }
    /// Writes members of two types into one object, and elements into a list within a list.
    struct Mixed: Encodable {
      enum CodingKeys: String, CodingKey { case zone, area, parts }
      struct Tail: Encodable { var middle = 0.1, first = -1 }
      func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeNil(forKey: .zone)
        var parts = members.nestedUnkeyedContainer(forKey: .parts)
        try parts.encode("a")
        var inner = parts.nestedUnkeyedContainer()
        try inner.encode(true)
        try parts.encodeNil()
        try members.encode(Shape.square, forKey: .area)
        try Tail().encode(to: encoder)
      }
    }

    var whole = [0, 9, 10, -1, .max, .min]
    var large = UInt64.max
    var real = [0.0, -0.0, 1, 0.1, 1e-5, 1e16, 1e22, .leastNonzeroMagnitude, 1.5e300]
    var text = ["", "a/b", "\"\\\u{8}\u{C}\n\r\t\u{1}\u{1F}\u{7F}", "Größe 🦜"]
    var choices = [Choice.plain, .labelled(zeta: 1, alpha: []), .unlabelled(2)]
    var missing: Int?
    var present: Shape? = .round
    var table = ["b": "1", "a_b": "2", "aB": "3", "a1": "4", "a": "5"]
    var nested = [[[1], []], []]
    var mixed = [Mixed(), Mixed()]
    var empty: [String: Int] = [:]
    var isSet = [true, false]
  }

  @Test func `the bytes are those of JSONEncoder`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let expected = String(decoding: try encoder.encode(Everything()), as: UTF8.self)
    #expect(String(decoding: try JSONText.encode(Everything()), as: UTF8.self) == expected)
  }

  @Test func `what JSON has no numbers for are strings`() throws {
    let text = try JSONText.encode([Double.infinity, -.infinity, .nan])
    #expect(String(decoding: text, as: UTF8.self) == #"["inf","-inf","nan"]"#)
  }
}
