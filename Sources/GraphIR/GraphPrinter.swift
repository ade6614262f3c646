import Plan

/// Writes a graph in its textual form, from which `GraphParser` builds the same graph again.
///
///     graph train {
///       %0: f32[4×3×64×64] = input "image"
///       %1: f32[8×3×4×4] = state "features/conv2d.weight"
///       %2: f32[] = schedule "optimizers/d/lr" {start: 0.0002}
///       %3: f32[4×8×32×32] = conv2d(%0, %1) {stride: [2, 2]}   // features.conv2d @ graphs/x.yaml:10:9
///       output "image" %3
///       update "features/conv2d.weight" %1
///       name "features.y" %3
///     }
package struct GraphPrinter {
  private let graph: Graph

  package init(_ graph: Graph) { self.graph = graph }

  /// The whole graph, one line a statement.
  package var text: String {
    var lines = ["graph \(GraphPrinter.name(graph.name)) {"]
    lines += graph.inputs.map { "  " + line($0) }
    lines += graph.nodes.map { "  " + line($0) }
    lines += graph.outputs.map { "  " + line("output", $0) }
    lines += graph.stateUpdates.map { "  " + line("update", $0) }
    lines += graph.names.map { "  " + line("name", $0) }
    lines.append("}\n")
    return lines.joined(separator: "\n")
  }

  /// One node, as it stands in the text.
  package func line(_ node: Node) -> String {
    let results = node.outputs.map(definition).joined(separator: ", ")
    let operands = node.inputs.map(\.description).joined(separator: ", ")
    let attributes = GraphPrinter.suffix(node.op.attributes)
    let line = "\(results) = \(node.op.name)(\(operands))\(attributes)"
    return line + GraphPrinter.comment(node.origin)
  }

  private func line(_ input: Graph.Input) -> String {
    let source =
      switch input.kind {
      case .caller: "input \(GraphPrinter.quoted(input.name))"
      case .schedule(let schedule):
        "schedule \(GraphPrinter.quoted(input.name))"
          + GraphPrinter.suffix(schedule.textualAttributes)
      case .state(let state) where state == input.name: "state \(GraphPrinter.quoted(state))"
      case .state(let state):
        "state \(GraphPrinter.quoted(state)) as \(GraphPrinter.quoted(input.name))"
      }
    return "\(definition(input.value)) = \(source)"
  }

  private func line(_ keyword: String, _ named: Graph.NamedValue) -> String {
    "\(keyword) \(GraphPrinter.quoted(named.name)) \(named.value)"
  }

  private func definition(_ value: Value) -> String { "\(value): \(graph.type(of: value))" }
}

extension Graph: CustomStringConvertible {
  /// The textual form.
  package var description: String { GraphPrinter(self).text }
}

// MARK: Pieces

extension GraphPrinter {
  /// A name bare where it is a word, quoted otherwise.
  private static func name(_ text: String) -> String {
    let isWord =
      text.unicodeScalars.first.map(GraphScanner.startsWord) == true
      && text.unicodeScalars.allSatisfy(GraphScanner.continuesWord)
    return isWord ? text : quoted(text)
  }

  /// Text between double quotes, with quotes, backslashes and line breaks escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// ` {stride: [2, 2]}`, or nothing.
  private static func suffix(_ attributes: [Attribute]) -> String {
    attributes.isEmpty ? "" : " " + text(.map(attributes))
  }

  private static func text(_ value: AttributeValue) -> String {
    switch value {
    case .integer(let number): String(number)
    case .real(let number): String(number)
    case .bool(let flag): String(flag)
    case .text(let text): quoted(text)
    case .list(let items): "[\(items.map(text).joined(separator: ", "))]"
    case .map(let entries):
      "{\(entries.map { "\(name($0.name)): \(text($0.value))" }.joined(separator: ", "))}"
    }
  }

  /// `   // path @ file:line:column`, as much of it as is known.
  private static func comment(_ origin: Origin) -> String {
    let place = origin.location.map { "@ \($0)" }
    let parts = [origin.path.isEmpty ? nil : origin.path, place].compactMap(\.self)
    return parts.isEmpty ? "" : "   // " + parts.joined(separator: " ")
  }
}

// MARK: Schedules

extension Schedule {
  /// `{start: 0.0002, multiply_by: 0.5, every: "100.0 epochs"}`.
  fileprivate var textualAttributes: [Attribute] {
    var attributes = [Attribute("start", .real(start))]
    switch rule {
    case .constant: break
    case .step(let factor, let every, let from):
      attributes.append(Attribute("multiply_by", .real(factor)))
      attributes.append(Attribute("every", every.textualValue))
      if let from { attributes.append(Attribute("from", from.textualValue)) }
    case .linear(let to, let over):
      attributes.append(Attribute("linear_to", .real(to)))
      attributes.append(Attribute("over", over.textualValue))
    }
    if let warmup { attributes.append(Attribute("warmup", warmup.textualValue)) }
    return attributes
  }

  /// Reads what `textualAttributes` wrote.
  init(_ reader: inout AttributeReader) throws(Diagnostic) {
    let start = try reader.number("start", "the first value")
    var rule = Rule.constant
    if reader.has("multiply_by") {
      rule = .step(
        factor: try reader.number("multiply_by", "the factor of a step"),
        every: try reader.span("every"),
        from: reader.has("from") ? try reader.span("from") : nil)
    } else if reader.has("linear_to") {
      rule = .linear(
        to: try reader.number("linear_to", "the last value"), over: try reader.span("over"))
    }
    let warmup = reader.has("warmup") ? try reader.span("warmup") : nil
    self.init(start: start, rule: rule, warmup: warmup)
  }
}

extension Schedule.Span {
  fileprivate var textualValue: AttributeValue { .text("\(count) \(unit.rawValue)") }
}

extension AttributeReader {
  fileprivate mutating func span(_ name: String) throws(Diagnostic) -> Schedule.Span {
    let text = try text(name, "a count and a unit")
    let words = text.split(separator: " ")
    guard words.count == 2, let count = Double(words[0]),
      let unit = Schedule.Span.Unit(rawValue: String(words[1]))
    else { throw Diagnostic(.notASpan(name, text)) }
    return Schedule.Span(count, unit)
  }
}

extension Diagnostic.Message {
  fileprivate static func notASpan(_ name: String, _ text: String) -> Self {
    "'\(name)' of a schedule wants a span such as \"100.0 epochs\", found '\(text)'"
  }
}
