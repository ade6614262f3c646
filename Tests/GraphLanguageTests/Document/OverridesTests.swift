import GraphIR
import GraphLanguage
import Testing

@Suite struct OverridesTests {
  private func errors(_ assignments: String...) -> [String] {
    ExampleModel.errors(ExampleModel.main, overrides: assignments)
  }

  @Test func `values are replaced by values of the same type`() throws {
    let params = try ExampleModel.parse(
      overrides: ["gf_dim=32", "steps=0.5", "jitter=false", "norm=1", "norm=5=6"]
    ).params
    let values = Dictionary(uniqueKeysWithValues: params.map { ($0.name, $0.value) })
    #expect(values["gf_dim"] == .number(.integer(32)))
    #expect(values["steps"] == .number(.real(0.5)))
    #expect(values["jitter"] == .boolean(false))
    #expect(values["norm"] == .text("5=6"))
    #expect(values["batch"] == .number(.integer(64)))
  }

  @Test func `another type is a mismatch`() {
    #expect(
      errors("gf_dim=abc") == [
        "error: type mismatch: 'abc' is text but parameter 'gf_dim' is a number",
        "  in --set gf_dim=abc", "  m.yaml:4:38: note: 'gf_dim' is declared here",
      ])
    #expect(
      errors("jitter=1").first
        == "error: type mismatch: '1' is a number but parameter 'jitter' is true or false")
  }

  @Test func `unknown names are told what is meant`() {
    #expect(
      errors("gf_dmi=3").first == "error: unknown parameter 'gf_dmi' (did you mean 'gf_dim'?)")
    #expect(
      errors("zzzzzz=3").first
        == "error: unknown parameter 'zzzzzz'; the file declares batch, text_dim, gf_dim, steps, "
        + "jitter, norm")
  }

  @Test func `a parameter with choices takes no other value`() {
    let text = """
      planform: 1
      name: m
      params: {kind: {default: plain, one_of: [plain, simple]}}
      """
    #expect(ExampleModel.errors(text, overrides: ["kind=simple"]) == [])
    #expect(
      ExampleModel.errors(text, overrides: ["kind=simpel"]).first
        == "error: parameter 'kind' is one of 'plain', 'simple', found 'simpel' "
        + "(did you mean 'simple'?)")
    #expect(
      ExampleModel.errors(text.replacing("default: plain", with: "default: other")).first
        == "m.yaml:3:26: error: parameter 'kind' is one of 'plain', 'simple', found 'other'")
  }

  @Test(arguments: ["gf_dim", "=3", ""])
  func `an assignment has a name and a value`(text: String) {
    #expect(
      errors(text) == ["error: expected an assignment such as 'gf_dim=32', found '\(text)'"])
  }
}
