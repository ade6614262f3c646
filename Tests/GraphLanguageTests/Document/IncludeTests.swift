import GraphIR
import GraphLanguage
import Testing

@Suite struct IncludeTests {
  private static let header = "planform: 1\nname: m\n"

  @Test func `paths are relative to the file that includes`() throws {
    let document = try Document.parse(
      path: "graphs/gan/m.yaml",
      loader: ExampleModel.loader([
        "graphs/gan/m.yaml": Self.header
          + "include: [parts/a.yaml, ../common/b.yaml]\nparams: {m: 1}",
        "graphs/gan/parts/a.yaml": "include: ../../common/b.yaml\nparams: {a: 1}",
        "graphs/common/b.yaml": "params: {b: 1}",
      ]))
    #expect(
      document.sources.map(\.path) == [
        "graphs/gan/m.yaml", "graphs/gan/parts/a.yaml", "graphs/common/b.yaml",
      ])
    #expect(document.params.map(\.name) == ["b", "a", "m"])
  }

  @Test(arguments: [
    ("b.yaml", "a.yaml", "b.yaml"), ("../b.yaml", "x/a.yaml", "b.yaml"),
    ("./y/../b.yaml", "x/a.yaml", "x/b.yaml"), ("../../b.yaml", "x/a.yaml", "../b.yaml"),
    ("/b.yaml", "x/a.yaml", "/b.yaml"), ("b.yaml", "/x/a.yaml", "/x/b.yaml"),
  ])
  func `paths are resolved`(path: String, base: String, expected: String) {
    #expect(SourceLoader.resolve(path, from: base) == expected)
  }

  @Test func `a missing file is placed where it is named`() {
    #expect(
      ExampleModel.errors(Self.header + "include: [nope.yaml]") == [
        "m.yaml:3:11: error: cannot read 'nope.yaml': there is no such file"
      ])
  }

  @Test func `a cycle is told in full`() {
    let errors = ExampleModel.errors(
      Self.header + "include: a.yaml",
      others: ["a.yaml": "include: b.yaml", "b.yaml": "include: a.yaml"])
    #expect(
      errors == ["b.yaml:1:10: error: files include each other: 'a.yaml' -> 'b.yaml' -> 'a.yaml'"])
  }

  @Test func `a name in two files is told with both places`() {
    let errors = ExampleModel.errors(
      Self.header + "include: [a.yaml, b.yaml]",
      others: [
        "a.yaml": "blocks:\n  up: {nodes: [tanh]}\n", "b.yaml": "blocks: {up: {nodes: [relu]}}",
      ])
    #expect(
      errors == [
        "b.yaml:1:10: error: duplicate name 'up' of a block or network",
        "  a.yaml:2:3: note: 'up' is declared here first",
      ])
  }

  @Test func `a file declares anew what it includes`() throws {
    let document = try Document.parse(
      path: "m.yaml",
      loader: ExampleModel.loader([
        "m.yaml": Self.header
          + """
          include: preset.yaml
          params: {width: 3}
          sample: {nodes: [relu], outputs: [relu]}
          """,
        "preset.yaml": "include: base.yaml\nname: preset\nblocks: {up: {nodes: [relu, tanh]}}",
        "base.yaml": """
        name: base
        params: {width: 1, depth: 2}
        blocks: {up: {nodes: [relu]}}
        sample: {nodes: [tanh], outputs: [tanh]}
        """,
      ]))
    #expect(document.name == "m")
    #expect(document.params.map(\.name) == ["width", "depth"])
    #expect(document.params.map(\.value.plainText) == ["3", "2"])
    #expect(document.blocks.map { $0.nodes.map(\.kind) } == [["relu", "tanh"]])
    #expect(document.programs.map { $0.outputs.map(\.name) } == [["relu"]])
  }

  @Test func `what is declared anew stays of its kind`() {
    let base = [
      "a.yaml": "params: {n: 1, c: {default: x, one_of: [x, y]}}\nblocks: {up: {nodes: [relu]}}"
    ]
    func error(_ text: String) -> String? {
      ExampleModel.errors(Self.header + "include: a.yaml\n" + text, others: base).first
    }
    #expect(
      error("params: {n: true}")
        == "m.yaml:4:10: error: type mismatch: 'true' is true or false but parameter 'n' is a number"
    )
    #expect(
      error("params: {c: w 1}")
        == "m.yaml:4:10: error: parameter 'c' is one of 'x', 'y', found 'w 1'")
    #expect(error("params: {c: y}") == nil)
    #expect(
      error("networks: {up: {inputs: {x: [1]}, nodes: [relu]}}")
        == "m.yaml:4:12: error: duplicate name 'up' of a block or network")
  }

  @Test func `errors of all files come in one run`() {
    let errors = ExampleModel.errors(
      Self.header + "include: [a.yaml, b.yaml]\nparms: {}",
      others: ["a.yaml": "a: [\n", "b.yaml": "blocks: 3"])
    #expect(
      errors.filter { $0.contains("error") } == [
        "a.yaml:2:1: error: the file is not valid YAML: did not find expected node content",
        "b.yaml:1:9: error: 'blocks' is a mapping ('key: value'), found the number 3",
        "m.yaml:4:1: error: unknown key 'parms' (did you mean 'params'?)",
      ])
  }

  @Test func `files are read from disk, and only files`() {
    func error(_ path: String) -> String? {
      #expect(throws: Diagnostics.self) { _ = try Document.parse(path: path) }?.description
    }
    #expect(error("/nonexistent/m.yaml")?.contains("there is no such file") == true)
    #expect(error("/dev/zero") == "error: cannot read '/dev/zero': it is not a regular file")
    #expect(error("/") == "error: cannot read '/': it is not a regular file")
  }
}
