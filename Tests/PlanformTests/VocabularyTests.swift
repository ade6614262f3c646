import Foundation
import Testing

@Suite struct VocabularyTests {
  @Test func `an operator is explained with attributes and shapes`() throws {
    let run = try Invocation("operators", "conv2d", in: ScratchFolder())
    #expect(run.code == 0)
    for text in ["channels", "required", "stride", "default [1, 1]", "owns:", "weight f32["] {
      #expect(run.output.contains(text), "\(text)")
    }
  }

  @Test func `the catalogue can be Markdown`() throws {
    let run = try Invocation("operators", "--markdown", in: ScratchFolder())
    #expect(run.output.contains("### `conv2d`"))
    #expect(run.output.contains("| attribute | type | default | meaning |"))
  }

  @Test func `the schema is JSON and knows the operators`() throws {
    let folder = try ScratchFolder()
    let run = try Invocation("schema", "-o", "s.json", in: folder)
    #expect(run.code == 0)
    let schema = try JSONSerialization.jsonObject(with: folder.bytes(of: "s.json"))
    let object = try #require(schema as? [String: Any])
    #expect(object["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    #expect(String(decoding: try folder.bytes(of: "s.json"), as: UTF8.self).contains("\"conv2d\""))
  }
}
