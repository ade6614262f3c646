import GraphIR
import GraphLanguage
import Plan
import Testing

/// `require:`, conditions on the parameters.
@Suite struct RequirementTests {
  private static func text(_ require: String, size: Int = 64) -> String {
    """
    planform: 1
    name: test
    params: {size: \(size), kind: plain}
    let: {half: size / 2}
    require: \(require)
    networks:
      n: {inputs: {x: [4, 3]}, nodes: [{linear: {from: x, features: size}}]}
    """
  }

  @Test func `what holds is no matter`() throws {
    let model = try elaborate(
      Self.text("[{that: log2(size) % 1 == 0, else: a power of two}, {that: half > 1, else: big}]"))
    #expect(model.networks.count == 1)
  }

  @Test func `what does not hold is said in the file's words, with the values`() throws {
    #expect(
      try diagnostics(
        Self.text(
          "[{that: log2(size) % 1 == 0 and size == 2 * half, else: size must be a power of two}]",
          size: 100)) == [
          "model.yaml:5:38: error: size must be a power of two; size is the number 100, "
            + "half is the number 50\n  in require"
        ])
  }

  @Test func `nothing else is reported then`() throws {
    let found = try diagnostics(
      Self.text("[{that: kind == 'other', else: only other is possible}]", size: -1))
    #expect(found.count == 1)
    #expect(found.first?.contains("only other is possible; kind is the text 'plain'") == true)
  }

  @Test(arguments: [
    ("{that: true, else: x}", "'require' is a list, found"),
    ("[{that: true}]", "a requirement needs 'else'"),
    ("[{else: x}]", "a requirement needs 'that'"),
    ("[{that: true, else: [x]}]", "'else' says in words what is wrong"),
    ("[{that: true, esle: x}]", "unknown key 'esle' (did you mean 'else'?)"),
    ("[{that: size, else: x}]", "expected true or false"),
  ])
  func `a requirement has a condition and words`(_ require: String, _ error: String) throws {
    let found = try diagnostics(Self.text(require))
    #expect(found.contains { $0.contains(error) }, "\(found)")
  }

  @Test func `a branch of a formula that is not taken counts as read`() throws {
    let model = try elaborate(
      modelWithNodes(
        """
        - linear: {as: a, from: x, features: 2}
        - linear: {as: b, from: x, features: 2}
        - compute: {value: a if width == 8 else a + b}
        """))
    // The weights of what is not read exist, so that weight files of both kinds fit.
    #expect(model.states.map(\.name).contains("n/b.weight"))
  }
}
