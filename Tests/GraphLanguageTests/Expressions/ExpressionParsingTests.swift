import GraphIR
import GraphLanguage
import Testing

@Suite struct ExpressionParsingTests {
  private func parse(_ text: String) throws(Diagnostic) -> Expression {
    try Expression.parse(text, at: SourceLocation(file: "m.yaml", line: 3, column: 10))
  }

  @Test(arguments: [
    ("1 +", 13, "expected a value, but the expression ends"),
    ("(1 + 2", 16, "expected ')', but the expression ends"),
    ("1 2", 12, "expected an operator or the end, found the number 2"),
    ("a $ b", 12, "unexpected character '$' in an expression"),
    ("f(x=1, 2)", 17, "arguments without a name stand before those with one"),
    ("f(1 2)", 14, "expected ',' or ')', found the number 2"),
    ("1 < 2 < 3", 16, "comparisons do not chain; write 'a < b and b < c'"),
    ("1 if 2", 16, "expected 'else', but the expression ends"),
    ("a.", 12, "expected a name, but the expression ends"),
    ("x[1, 2]", 13, "expected ':', found ','"),
    ("x[", 12, "expected a value, but the expression ends"),
    ("1.2.3", 10, "'1.2.3' is not a number that can be represented"),
    ("12abc", 10, "'12abc' is not a number that can be represented"),
    ("99999999999999999999", 10, "'99999999999999999999' is not a number that can be represented"),
    ("if", 10, "expected a value, found 'if'"),
    ("", 10, "expected a value, but the expression ends"),
  ])
  func `what is not an expression is placed`(text: String, column: Int, message: String) {
    let error = #expect(throws: Diagnostic.self) { _ = try parse(text) }
    #expect(error?.description == "m.yaml:3:\(column): error: \(message)")
  }

  @Test(arguments: [
    (String(repeating: "(", count: 2000), "the expression is nested more than 64 deep"),
    (String(repeating: "-", count: 2000), "the expression is nested more than 64 deep"),
    (String(repeating: "x[", count: 1000), "the expression is nested more than 64 deep"),
    (String(repeating: "1 if true else ", count: 200), "nested more than 64 deep"),
    (
      Array(repeating: "1", count: 1000).joined(separator: "+"),
      "the expression has too many operators; split it with 'let' or 'compute'"
    ),
    (String(repeating: "1", count: 5000), "an expression of 5000 characters is too long"),
    ("x" + String(repeating: ".y", count: 100), "a name with more than 16 steps"),
  ])
  func `expressions are bounded`(text: String, message: String) {
    let error = #expect(throws: Diagnostic.self) { _ = try parse(text) }
    #expect(error?.message.text.contains(message) == true)
  }

  @Test func `tensor formulas keep their calls and keywords`() throws {
    let formula = try parse("bce(real, 1, weight=0.5) + sum(x ** 2, axis=1) / 2")
    guard case .binary(.add, let left, _) = formula.root.kind,
      case .call("bce", let arguments, let keywords) = left.kind
    else {
      Issue.record("\(formula)")
      return
    }
    #expect(arguments.count == 2)
    #expect(keywords.map(\.name) == ["weight"])
    #expect(keywords.first?.location.column == 23)
  }

  @Test func `references pick ports, instances and slices`() throws {
    func reference(_ text: String) throws -> Reference {
      let node = try YAMLNode.parse(Array("\"\(text)\"".utf8), file: "m.yaml")
      return try Reference.parse(node)
    }
    #expect(try reference("_").isPrevious)
    guard case .port("c") = try #require(reference("ca.c").path.first) else {
      Issue.record("not a port")
      return
    }
    let down = try reference("down[2].x")
    guard case .instance(let index) = down.path[0], case .port("x") = down.path[1] else {
      Issue.record("\(down)")
      return
    }
    #expect(try index.number(in: Scope()) == .integer(2))
    guard case .allInstances = try #require(reference("heads[*]").path.first) else {
      Issue.record("not all instances")
      return
    }
    let sliced = try reference("x[:, batch-1:4]")
    #expect(sliced.name == "x" && sliced.text == "x[:, batch-1:4]")
    guard case .slice(let ranges) = try #require(sliced.path.first) else {
      Issue.record("not a slice")
      return
    }
    #expect(ranges.count == 2 && ranges[0].lower == nil && ranges[0].upper == nil)
    let scope = Scope(["batch": .number(.integer(64))])
    #expect(try ranges[1].lower?.number(in: scope) == .integer(63))
    #expect(try ranges[1].upper?.number(in: scope) == .integer(4))
  }

  @Test(arguments: [
    ("a: 3 + 4", 4, "'3 + 4'"), ("a: [x, y]", 4, "a list"), ("a: 'h + 1'", 7, "'h + 1'"),
    ("a: if", 4, "'if'"),
  ])
  func `what is no reference is refused`(text: String, column: Int, found: String) throws {
    let node = try #require(try YAMLNode.parse(Array(text.utf8), file: "m.yaml")["a"])
    let error = #expect(throws: Diagnostic.self) { _ = try Reference.parse(node) }
    #expect(
      error?.description == """
        m.yaml:1:\(column): error: expected the name of a value, such as 'image', 'ca.c' or \
        'h[1:]', found \(found)
        """)
  }

  @Test func `folded text is placed at its beginning`() throws {
    let node = try #require(
      try YAMLNode.parse(Array("a: >\n  1 +\n  nope\n".utf8), file: "m.yaml")["a"])
    let error = #expect(throws: Diagnostic.self) {
      _ = try Expression.parse(node).evaluate(in: Scope())
    }
    #expect(error?.description == "m.yaml:1:4: error: unknown name 'nope'")
  }
}
