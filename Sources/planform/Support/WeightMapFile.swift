import GraphIR
import GraphLanguage
import Runtime
import Training

/// Weight maps as YAML, with located errors.
extension WeightMap {
  private static let version = 1

  /// Reads a map from a file.
  ///
  /// - Parameter parameters: those of the plan that the weights are for, which the map's `let` may use; nil without a
  ///   plan.
  /// - Throws: `RuntimeError` if the file cannot be read, `Diagnostics` with every error in it.
  init(reading path: String, parameters: [String: String]? = nil) throws {
    let bytes = try MappedFile(path: path).withBytes { Array($0) }
    var reader = WeightMapReader(parameters: parameters)
    let root = try YAMLNode.parse(bytes, file: path)
    self = reader.map(root)
    guard reader.diagnostics.isEmpty else { throw Diagnostics(reader.diagnostics) }
  }

  /// Turns located nodes into rules, and goes on after an error.
  private struct WeightMapReader {
    let parameters: [String: String]?
    var diagnostics: [Diagnostic] = []
    private var numbers = WeightMapNumbers()

    init(parameters: [String: String]?) { self.parameters = parameters }

    mutating func map(_ root: YAMLNode) -> WeightMap {
      check(root, "a weight map", keys: ["planform-weights", "let", "rules", "ignore"])
      if case .number(.integer(WeightMap.version)) = root["planform-weights"]?.scalarValue {
      } else {
        report("a weight map begins with 'planform-weights: \(WeightMap.version)'", root)
      }
      if let node = root["let"] { readNumbers(node) }
      var rules: [WeightRule] = []
      if let node = root["rules"], let entries = node.mapping {
        for (key, value) in entries { if let rule = rule(key, value) { rules.append(rule) } }
      } else {
        let found = root["rules"].map { "found \($0.summary)" } ?? "found none"
        report(
          "expected 'rules' as a mapping of our names to theirs, \(found)", root["rules"] ?? root)
      }
      var ignored: [WeightPattern] = []
      for node in root["ignore"].map({ $0.sequence ?? [$0] }) ?? [] {
        guard let text = text(node, "a name or pattern") else { continue }
        attempt(node) { () throws(RuntimeError) in ignored.append(try WeightPattern(text)) }
      }
      return WeightMap(rules: rules, ignored: ignored)
    }

    private mutating func readNumbers(_ node: YAMLNode) {
      guard let parameters else {
        report("'let' calculates with the parameters of a plan; say with --plan which one", node)
        return
      }
      do {
        numbers = try WeightMapNumbers(node, parameters: parameters)
      } catch {
        diagnostics.append(error)
      }
    }

    private mutating func rule(_ key: YAMLNode, _ value: YAMLNode) -> WeightRule? {
      guard let ours = key.text else { return nil }
      var theirs = value.text
      var transpose: [Int] = []
      var reshape: WeightRule.Reshape?
      if value.mapping != nil {
        check(value, "a rule", keys: ["name", "transpose", "reshape"])
        theirs = value["name"].flatMap { text($0, "their name") }
        transpose = value["transpose"].map { integers($0) } ?? []
        reshape = value["reshape"].flatMap { self.reshape($0) }
      }
      guard let theirs else {
        if value.mapping == nil || value["name"] == nil {
          report("expected their name or a mapping with 'name', found \(value.summary)", value)
        }
        return nil
      }
      var rule: WeightRule?
      let numbers = numbers
      attempt(key) { () throws(RuntimeError) in
        rule = try WeightRule(
          ours: numbers.filled(ours), theirs: numbers.filled(theirs), transpose: transpose,
          reshape: reshape)
      }
      return rule
    }

    /// `{ours: [...], theirs: [...]}`.
    private mutating func reshape(_ node: YAMLNode) -> WeightRule.Reshape? {
      check(node, "'reshape'", keys: ["ours", "theirs"])
      guard let ours = node["ours"], let theirs = node["theirs"] else {
        report("'reshape' needs the shapes 'ours' and 'theirs'", node)
        return nil
      }
      return WeightRule.Reshape(toOurs: integers(ours), toTheirs: integers(theirs))
    }

    // MARK: Values

    private mutating func integers(_ node: YAMLNode) -> [Int] {
      guard let items = node.sequence else {
        report("expected a list of whole numbers, found \(node.summary)", node)
        return []
      }
      var result: [Int] = []
      for item in items {
        if case .number(.integer(let value)) = item.scalarValue {
          result.append(value)
        } else {
          report("expected a whole number, found \(item.summary)", item)
        }
      }
      return result
    }

    private mutating func text(_ node: YAMLNode, _ wanted: String) -> String? {
      if node.text == nil { report("expected \(wanted), found \(node.summary)", node) }
      return node.text
    }

    private mutating func check(_ node: YAMLNode, _ subject: String, keys: [String]) {
      guard let entries = node.mapping else {
        report(
          "\(subject) is a mapping with \(keys.joined(separator: ", ")), found \(node.summary)",
          node)
        return
      }
      for (key, _) in entries where !keys.contains(key.text ?? "") {
        let name = key.text ?? ""
        report(
          "unknown key '\(name.excerpt)'\(Suggestion.phrase(for: name, among: keys)); "
            + "expected one of: \(keys.joined(separator: ", "))", key)
      }
    }

    private mutating func attempt(_ node: YAMLNode, _ body: () throws(RuntimeError) -> Void) {
      do { try body() } catch { report(error.description, node) }
    }

    private mutating func report(_ message: String, _ node: YAMLNode) {
      diagnostics.append(Diagnostic(Diagnostic.Message(message), at: node.location))
    }
  }
}
