import GraphIR
import GraphLanguage
import Runtime

/// The `let` of a weight map: numbers that follow from the parameters of a plan and stand in names.
///
/// ```yaml
/// let: { n: log2(image_size) }
/// rules: { "critic/whole.*": "D/main.{n}.*", "critic/domains.*": "D/main.{n+2}.*" }
/// ```
struct WeightMapNumbers {
  private var names: Set<String> = []
  private var scope = Scope()

  init() {}

  /// Calculates the values in order; each may use those before it.
  init(_ node: YAMLNode, parameters: [String: String]) throws(Diagnostic) {
    guard let entries = node.mapping else {
      throw Diagnostic(
        "'let' is a mapping ('name: formula'), found \(node.summary)", at: node.location)
    }
    for (name, text) in parameters { scope.define(name, as: Self.value(of: text)) }
    for (key, value) in entries {
      guard let name = key.text else {
        throw Diagnostic("expected a name, found \(key.summary)", at: key.location)
      }
      scope.define(name, as: try Expression.parse(value).value(in: scope))
      names.insert(name)
    }
  }

  /// A parameter as the plan's text gives it: a number if it reads as one, else text.
  private static func value(of text: String) -> Scope.Value {
    let place = SourceLocation(file: "plan", line: 1, column: 1)
    let parsed = try? Expression.parse(text, at: place).value(in: Scope())
    return parsed ?? .text(text)
  }

  /// The pattern with its braces that begin with one of the names replaced by whole numbers.
  ///
  /// - Throws: `.invalid` for a formula that has no whole number as its value.
  func filled(_ pattern: String) throws(RuntimeError) -> String {
    var result = ""
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let formula = rest[rest.index(after: open)..<close]
      result += rest[..<open]
      result += try number(formula, in: pattern).map(String.init) ?? String(rest[open...close])
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  /// The value of what stands in braces; nil when that is a wildcard of the pattern.
  private func number(_ formula: Substring, in pattern: String) throws(RuntimeError) -> Int? {
    let name = formula.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    guard names.contains(String(name)) else { return nil }
    let place = SourceLocation(file: pattern, line: 1, column: 1)
    let value = try? Expression.parse(String(formula), at: place).evaluate(in: scope)
    guard let integer = value?.integer else {
      throw RuntimeError(
        .invalid, "pattern '\(pattern)': expected a formula for a whole number, found '\(formula)'")
    }
    return integer
  }
}
