import GraphIR
import GraphLanguage
import Testing

@Suite struct YAMLParsingTests {
  private func parse(_ text: String) throws(Diagnostic) -> YAMLNode {
    try YAMLNode.parse(Array(text.utf8), file: "m.yaml")
  }

  @Test(arguments: [
    ("12", YAMLScalar.number(.integer(12))), ("-3", .number(.integer(-3))),
    ("0o14", .number(.integer(12))), ("0x1F", .number(.integer(31))),
    ("2e-4", .number(.real(2e-4))), (".5", .number(.real(0.5))), ("1.0", .number(.integer(1))),
    ("true", .boolean(true)), ("False", .boolean(false)),
    ("yes", .text("yes")), ("no", .text("no")), ("on", .text("on")), ("'7'", .text("7")),
    ("!!str 7", .text("7")), ("!!int 0x10", .number(.integer(16))), ("1_000", .text("1_000")),
    (".inf", .text(".inf")), (".nan", .text(".nan")), ("nan", .text("nan")),
    ("1e999", .text("1e999")), ("99999999999999999999", .text("99999999999999999999")),
    ("0x", .text("0x")), ("1.2.3", .text("1.2.3")), ("gf_dim * 8", .text("gf_dim * 8")),
  ])
  func `types scalars by the core schema`(text: String, expected: YAMLScalar) throws {
    #expect(try parse(text).scalarValue == expected)
  }

  @Test(arguments: ["", "~", "null", "# only a comment", "---\n", "\u{FEFF}", "!!null ''"])
  func `null is nothing`(text: String) throws {
    #expect(try parse(text).isNull)
  }

  @Test func `nodes know their places`() throws {
    let root = try parse("nodes:\n  - conv2d: { kernel: 3 }\n  - 'relu'\n")
    let items = try #require(root["nodes"]?.sequence)
    #expect(items[0].location.description == "m.yaml:2:5")
    #expect(items[0]["conv2d"]?["kernel"]?.location.description == "m.yaml:2:23")
    #expect(items[1].location.description == "m.yaml:3:5")
    #expect(items[1].textLocation.description == "m.yaml:3:6")
  }

  @Test func `columns count characters`() throws {
    let root = try parse("é: {ü: 1}")
    #expect(root["é"]?["ü"]?.location.column == 8)
  }

  @Test func `text over several lines has no offset`() throws {
    #expect(try parse("\"a\\tb\"").textOffset == nil)
    #expect(try parse("a\n b").textOffset == nil)
    #expect(try parse("'a b'").textOffset == 1)
  }

  @Test func `aliases stand for what they name`() throws {
    let root = try parse("a: &x [1, 2]\nb: *x\n")
    #expect(root["b"]?.sequence?.count == 2)
  }

  @Test func `merge keys fill in what is missing`() throws {
    let root = try parse(
      """
      a: &a {x: 1, y: 2}
      b: &b {y: 3, z: 4}
      c:
        <<: [*a, *b]
        x: 5
      """)
    let merged = try #require(root["c"])
    #expect(merged["x"]?.text == "5")
    #expect(merged["y"]?.text == "2")
    #expect(merged["z"]?.text == "4")
    #expect(merged.mapping?.count == 3)
  }

  @Test(arguments: [
    (
      "a: 1\nb: 2\na: 3\n",
      "m.yaml:3:1: error: duplicate key 'a'\n  m.yaml:1:1: note: 'a' stands here already"
    ),
    ("a: &x [*x]", "m.yaml:1:8: error: the alias '*x' stands inside what it names"),
    ("a: &x {<<: *x}", "m.yaml:1:12: error: the alias '*x' stands inside what it names"),
    (
      "a: &anchor 1\nb: *anchr\n",
      "m.yaml:2:4: error: unknown anchor 'anchr' (did you mean 'anchor'?)"
    ),
    ("[1]: 2", "m.yaml:1:1: error: a key must be text, found a list"),
    ("~: 2", "m.yaml:1:1: error: a key must be text, found nothing"),
    ("<<: 4", "m.yaml:1:5: error: '<<' merges a mapping or a list of mappings, found the number 4"),
    (
      "a: !python/object x",
      "m.yaml:1:4: error: unknown tag '!python/object'; only YAML's core tags (!!str, !!int, ...) "
        + "are allowed"
    ),
    ("a: !!int x", "m.yaml:1:4: error: the tag '!!int' does not fit 'x'"),
    ("a: !!map [1]", "m.yaml:1:4: error: the tag '!!map' does not fit 'a list'"),
    ("a: 1\n---\nb: 2\n", "m.yaml:2:1: error: a second document begins here; a file holds one"),
    (
      "a: [1, 2\nb: 3\n",
      "m.yaml:2:2: error: the file is not valid YAML: did not find expected ',' or ']'\n"
        + "  m.yaml:1:4: note: while parsing a flow sequence"
    ),
    (
      "a:\n\t- b\n",
      "m.yaml:2:1: error: the file is not valid YAML: found character that cannot start any token\n"
        + "  m.yaml:2:1: note: while scanning for the next token"
    ),
  ])
  func `says what is wrong and where`(text: String, expected: String) {
    let error = #expect(throws: Diagnostic.self) { _ = try parse(text) }
    #expect(error?.description == expected)
  }

  @Test func `bytes that are not UTF-8 are placed`() {
    let error = #expect(throws: Diagnostic.self) {
      _ = try YAMLNode.parse(Array("a: 1\né: ".utf8) + [0xFF], file: "m.yaml")
    }
    #expect(
      error?.description
        == "m.yaml:2:4: error: the file is not valid YAML: invalid leading UTF-8 octet")
  }
}
