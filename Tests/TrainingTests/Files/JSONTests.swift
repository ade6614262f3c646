import Runtime
import Testing
import Training

@Suite struct JSONTests {
  @Test func `values, escapes and order survive`() throws {
    let text = #"{"b":[1,-2.5,true,null],"a":"\u00e9\ud83d\ude00\n\"","":{}}"#
    let json = try JSON.parse(text, of: "test")
    #expect(json.members?.map(\.key) == ["b", "a", ""])
    #expect(json["a"]?.string == "é😀\n\"")
    #expect(json["b"]?.elements?.first?.integer == 1)
    let again = try JSON.parse(json.text, of: "test")
    #expect(again.text == json.text)
  }

  @Test(arguments: [
    ("{\"a\":1,\"a\":2}", "the key 'a' stands twice"), ("[1,]", "expected a value"),
    ("[1] x", "expected the end"), ("01", "must not begin with 0"), ("\"\\ud800\"", "surrogate"),
    ("\"a", "a string has no end"), ("[1e999]", "too large"), ("nul", "expected 'null'"),
    ("", "found the end"), ("{\"a\" 1}", "expected ':' after the key 'a'"), ("-", "a digit"),
    (String(repeating: "[", count: 100_000), "nesting is deeper than 64 levels"),
  ])
  func `malformed text is refused with a reason`(text: String, reason: String) throws {
    let error = #expect(throws: RuntimeError.self) { try JSON.parse(text, of: "test") }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }
}
