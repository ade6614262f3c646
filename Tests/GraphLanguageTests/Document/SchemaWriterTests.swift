import Foundation
import GraphLanguage
import Testing

@Suite struct SchemaWriterTests {
  private static let operators = [
    OperatorDescription(name: "relu", documentation: "max(x, 0).", attributes: []),
    OperatorDescription(
      name: "conv2d",
      attributes: [
        .init("channels", .integer, isRequired: true, documentation: "Output \"channels\"."),
        .init("bias", .boolean), .init("padding", .any), .init("mode", .oneOf(["zeros", "same"])),
      ]),
  ]

  @Test func `the same operators give the same text`() {
    let text = SchemaWriter(operators: Self.operators).text()
    #expect(SchemaWriter(operators: Self.operators.reversed()).text() == text)
    #expect(text.hasSuffix("}\n"))
  }

  @Test func `known operators refuse unknown attributes, other nodes accept any`() throws {
    let text = SchemaWriter(operators: Self.operators).text()
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let definitions = try #require(schema["$defs"] as? [String: Any])
    let node = try #require(definitions["node"] as? [String: Any])
    let forms = try #require(node["anyOf"] as? [[String: Any]])
    let keys = try #require(forms[1]["properties"] as? [String: Any])
    #expect(
      Set(keys.keys) == NodeSyntax.structuralWords.union(["relu", "conv2d"]))
    let convolution = try #require(keys["conv2d"] as? [String: Any])
    #expect(convolution["required"] as? [String] == ["channels"])
    #expect(convolution["additionalProperties"] as? Bool == false)
    let attributes = try #require(convolution["properties"] as? [String: Any])
    #expect(
      Set(attributes.keys) == ["as", "from", "when", "init", "channels", "bias", "padding", "mode"])
    let call = try #require(definitions["call"] as? [String: Any])
    #expect(call["additionalProperties"] as? Bool == true)
  }

  @Test func `references of the schema lead somewhere`() throws {
    let text = SchemaWriter(operators: Self.operators).text()
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let definitions = try #require(schema["$defs"] as? [String: Any])
    for reference in text.matches(of: /"#\/\$defs\/(\w+)"/) {
      #expect(definitions[String(reference.1)] != nil, "\(reference.1)")
    }
  }
}
