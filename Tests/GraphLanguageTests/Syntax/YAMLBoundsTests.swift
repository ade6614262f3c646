import GraphIR
import GraphLanguage
import Testing

/// Files that cost far more to read than to write.
@Suite struct YAMLBoundsTests {
  struct Bomb: Sendable, CustomTestStringConvertible {
    var name: String
    var text: @Sendable () -> String
    var message: String
    var testDescription: String { name }

    init(_ name: String, _ message: String, _ text: @escaping @Sendable () -> String) {
      self.name = name
      self.message = message
      self.text = text
    }
  }

  static let bombs: [Bomb] = [
    Bomb("100 KB of [", "1:65: error: lists and mappings are nested more than 64 deep") {
      String(repeating: "[", count: 100_000)
    },
    Bomb("nested block lists", "1:129: error: lists and mappings are nested more than 64 deep") {
      String(repeating: "- ", count: 50_000)
    },
    Bomb("nesting through aliases", "nested more than 64 deep") {
      let nested = { (inner: String) in
        String(repeating: "[", count: 40) + inner + String(repeating: "]", count: 40)
      }
      return "a: &a \(nested("1"))\nb: \(nested("*a"))\n"
    },
    Bomb("billion laughs", "more than 1000000 values, aliases expanded") {
      "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + (1..<12).map { level in
          let alias = "*a\(level - 1)"
          return
            "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }.joined()
    },
    Bomb("billion merges", "more than 1000000 values, aliases expanded") {
      "a0: &a0 {k: {x: 1}}\n"
        + (1..<40).map { level in
          "a\(level): &a\(level) {l: *a\(level - 1), r: *a\(level - 1), <<: *a\(level - 1)}\n"
        }.joined()
    },
    Bomb("a scalar of 10 MB", "a text of 10000000 bytes is too long; the limit is 65536") {
      "a: " + String(repeating: "x", count: 10_000_000)
    },
    Bomb("a file of 17 MB", "the file has 17825792 bytes; the limit is 16777216") {
      String(repeating: "#", count: 17 << 20)
    },
    Bomb("a flood of directives", "1:1: error: more than 16 lines begin with '%'") {
      (0..<100_000).map { "%TAG !t\($0)! t\n" }.joined()
    },
  ]

  @Test(arguments: bombs)
  func `a bomb is refused at once`(bomb: Bomb) throws {
    let bytes = Array(bomb.text().utf8)
    let clock = ContinuousClock()
    var error: Diagnostic?
    let time = clock.measure {
      error = #expect(throws: Diagnostic.self) {
        _ = try YAMLNode.parse(bytes, file: "bomb.yaml")
      }
    }
    #expect(error?.description.contains(bomb.message) == true, "\(error?.description ?? "")")
    // Milliseconds (the long scalar: 0.2 s); libyaml alone takes 23 s for the first. The rest is room
    // for a busy machine.
    #expect(time < .seconds(2))
  }

  @Test func `a million keys are refused`() {
    let bytes = Array((0..<1_000_000).map { "k\($0): 1\n" }.joined().utf8)
    let error = #expect(throws: Diagnostic.self) {
      _ = try YAMLNode.parse(bytes, file: "bomb.yaml")
    }
    #expect(
      error?.description == "bomb.yaml:125000:10: error: the file has more than 250000 values")
  }

  @Test func `nesting up to the limit is read`() throws {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(try YAMLNode.parse(Array(text.utf8), file: "m.yaml").sequence?.count == 1)
  }
}
