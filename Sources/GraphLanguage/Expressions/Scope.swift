/// The names that an expression may use: parameters, `let` values and repeat indices, inner ones hiding outer ones.
package struct Scope: Sendable {
  package enum Value: Hashable, Sendable {
    case number(Number)
    case boolean(Bool)
    case text(String)
  }

  private var frames: [[String: Value]]

  package init(_ values: [String: Value] = [:]) { frames = [values] }

  /// A scope inside this one.
  package func nested(_ values: [String: Value] = [:]) -> Scope {
    var scope = self
    scope.frames.append(values)
    return scope
  }

  /// Gives a name a value in the innermost scope.
  package mutating func define(_ name: String, as value: Value) {
    frames[frames.count - 1][name] = value
  }

  package func value(of name: String) -> Value? {
    for frame in frames.reversed() {
      if let value = frame[name] { return value }
    }
    return nil
  }

  /// Every name in force, sorted.
  package var names: [String] { Set(frames.flatMap(\.keys)).sorted() }
}

extension Scope.Value {
  /// The value as a file would write it.
  package var plainText: String {
    switch self {
    case .number(let number): number.description
    case .boolean(let value): String(value)
    case .text(let text): text
    }
  }
}

extension Scope.Value: CustomStringConvertible {
  /// What this is, for messages: "the number 4", "true", "the text 'relu'".
  package var description: String {
    switch self {
    case .number(let number): "the number \(number)"
    case .boolean(let value): "\(value)"
    case .text(let text): "the text '\(text.excerpt)'"
    }
  }
}
