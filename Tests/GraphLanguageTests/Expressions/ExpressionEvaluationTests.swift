import GraphIR
import GraphLanguage
import Testing

@Suite struct ExpressionEvaluationTests {
  static let scope = Scope([
    "gf_dim": .number(.integer(128)), "i": .number(.integer(2)), "rate": .number(.real(0.25)),
    "deep": .boolean(true), "norm": .text("batch"),
  ])

  private func evaluate(_ text: String) throws(Diagnostic) -> Scope.Value {
    try Expression.parse(text, at: SourceLocation(file: "m.yaml", line: 3, column: 10))
      .value(in: Self.scope)
  }

  /// Expected values calculated by hand and checked against Python.
  @Test(arguments: [
    ("1 + 2 * 3", Number.integer(7)), ("(1 + 2) * 3", .integer(9)), ("2 ** 3 ** 2", .integer(512)),
    ("-2 ** 2", .integer(-4)), ("2 ** -1", .real(0.5)), ("10 - 4 - 3", .integer(3)),
    ("gf_dim * 8 / 2 ** (i + 1)", .integer(128)), ("7 / 2", .real(3.5)), ("8 / 2", .integer(4)),
    ("7 // 2", .integer(3)), ("-7 // 2", .integer(-4)), ("7 // -2", .integer(-4)),
    ("-8 // 2", .integer(-4)), ("7.5 // 2", .integer(3)), ("-7.5 // 2", .integer(-4)),
    ("7 % 3", .integer(1)), ("-7 % 3", .integer(2)), ("7 % -3", .integer(-2)),
    ("-6 % 3", .integer(0)), ("5.5 % 2", .real(1.5)), ("-5.5 % 2", .real(0.5)),
    ("2.0", .integer(2)), ("0.5 + 0.5", .integer(1)), ("2e3", .integer(2000)), ("+3", .integer(3)),
    ("--3", .integer(3)), ("min(4, 2, 3)", .integer(2)), ("max(1.5, 1)", .real(1.5)),
    ("log2(64)", .integer(6)), ("floor(-1.5)", .integer(-2)), ("ceil(1.2)", .integer(2)),
    ("sqrt(16)", .integer(4)), ("abs(-3)", .integer(3)), ("round(2.5)", .integer(2)),
    ("round(3.5)", .integer(4)), ("round(-0.5)", .integer(0)), ("4 if i > 1 else 8", .integer(4)),
    ("4 if i > 2 else 8 if i > 1 else 16", .integer(8)), ("rate * 4", .integer(1)),
    ("1 / 0 if false else 5", .integer(5)), ("0o17 + 0x10", .integer(31)), ("1e-3", .real(0.001)),
    ("(-2) ** 63", .integer(.min)), ("9223372036854775807", .integer(.max)),
    ("min(gf_dim * 2 ** i, 512)", .integer(512)),
  ])
  func `numbers are calculated as in Python`(text: String, expected: Number) throws {
    #expect(try evaluate(text) == .number(expected))
  }

  @Test(arguments: [
    ("1 < 2", true), ("2 <= 2", true), ("1 > 2", false), ("2 >= 3", false), ("1 == 1.0", true),
    ("1 != 2", true), ("not 1 == 2", true), ("true and false", false), ("true or false", true),
    ("not deep or i == 2", true), ("deep and not (i < 2)", true), ("norm == norm", true),
    ("false and 1 / 0 > 0", false), ("true or 1 / 0 > 0", true), ("1 + 1 == 2 and 3 > 2", true),
  ])
  func `conditions are true or false`(text: String, expected: Bool) throws {
    #expect(try evaluate(text) == .boolean(expected))
  }

  @Test(arguments: [
    ("1 / 0", 12, "division by zero in '1 / 0'"),
    ("4 // (2 - 2)", 12, "division by zero in '4 // 0'"),
    ("4 % 0", 12, "division by zero in '4 % 0'"), ("0 ** -1", 12, "division by zero in '0 ** -1'"),
    (
      "9223372036854775807 + 1", 30, "integer overflow in '9223372036854775807 + 1'"
    ),
    ("2 ** 64", 12, "integer overflow in '2 ** 64'"),
    ("3000000000 * 4000000000", 21, "integer overflow in '3000000000 * 4000000000'"),
    ("-(-2) ** 63", 10, "integer overflow in '0 - -9223372036854775808'"),
    ("1e308 * 10", 16, "'1e+308 * 10' is not a finite number"),
    ("sqrt(-1)", 10, "'sqrt(-1)' is not a finite number"),
    ("log2(0)", 10, "'log2(0)' is not a finite number"),
    ("1 + gf_dmi", 14, "unknown name 'gf_dmi' (did you mean 'gf_dim'?)"),
    ("deep + 1", 10, "expected a number, found true"),
    ("norm * 2", 10, "expected a number, found the text 'batch'"),
    (
      "3 if i else 4", 15, "expected true or false (a comparison, for instance), found the number 2"
    ),
    ("gf_dim.mu", 10, "'gf_dim.mu' picks from 'gf_dim', which is the number 128"),
    ("sqrt(1, 2)", 10, "'sqrt' takes 1 argument, found 2"),
    ("min()", 10, "'min' takes at least 1 argument, found 0"),
    (
      "sqr(4)", 10,
      "unknown function 'sqr' (did you mean 'sqrt'?); numbers have abs, ceil, floor, log2, max, "
        + "min, round, sqrt"
    ),
    ("max(1, axis=2)", 17, "'max' takes no argument named 'axis'"),
  ])
  func `what cannot be calculated is placed`(text: String, column: Int, message: String) {
    let error = #expect(throws: Diagnostic.self) { _ = try evaluate(text) }
    #expect(error?.description == "m.yaml:3:\(column): error: \(message)")
  }

  @Test func `inner scopes hide outer ones`() {
    var scope = Self.scope.nested(["i": .number(.integer(9))])
    scope.define("j", as: .boolean(false))
    #expect(scope.value(of: "i") == .number(.integer(9)))
    #expect(scope.value(of: "gf_dim") == .number(.integer(128)))
    #expect(scope.names == ["deep", "gf_dim", "i", "j", "norm", "rate"])
  }
}
