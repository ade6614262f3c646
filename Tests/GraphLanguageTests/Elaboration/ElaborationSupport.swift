import GraphIR
import GraphLanguage
import Operators
import Testing

/// A model from text, as if it stood in `model.yaml`.
func elaborate(_ text: String, _ overrides: [String] = []) throws -> Model {
  let loader = SourceLoader { (path) throws(SourceLoader.Failure) in
    guard path == "model.yaml" else { throw .missing }
    return Array(text.utf8)
  }
  let document = try Document.parse(
    path: "model.yaml", overrides: Overrides(overrides), loader: loader)
  return try Elaborator.elaborate(document, catalog: .standard, sourceHash: "")
}

/// The diagnostics of a text that must not elaborate.
func diagnostics(_ text: String) throws -> [String] {
  do {
    _ = try elaborate(text)
    Issue.record("the text was accepted")
    return []
  } catch let error as Diagnostics {
    return error.all.map(\.description)
  }
}

/// A model of one network `n`, x [4, 3] -> its last node, that is called once by `sample`.
func modelWithNodes(_ nodes: String, blocks: String = "") -> String {
  """
  planform: 1
  name: test
  params: {width: 8}
  \(blocks)
  networks:
    n:
      inputs: {x: [4, 3]}
      nodes:
  \(nodes.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
  sample:
    inputs: {x: [4, 3]}
    nodes:
      - n: {as: y, from: x}
    outputs: {y: y}
  """
}
