import GraphIR

/// The operators by section: formula, inputs, attributes, and shapes on an example.
struct OperatorCatalogue {
  let operators: [any NetworkOperator.Type]

  func print(markdown: Bool) {
    for category in Category.allCases {
      let section = operators.filter { $0.category == category }
      guard !section.isEmpty else { continue }
      let title = category.rawValue
      Swift.print(markdown ? "## \(title)\n" : Terminal.heading(title.uppercased()) + "\n")
      for type in section {
        let lines = markdown ? self.markdown(of: type) : text(of: type)
        Swift.print(lines.joined(separator: "\n") + "\n")
      }
    }
  }

  private func text(of type: any NetworkOperator.Type) -> [String] {
    var lines = ["\(Terminal.heading(type.name)): \(type.summary)"]
    lines.append("  inputs: \(inputs(of: type))")
    var table = TextTable([.left, .left, .left, .left], indentation: 4)
    for attribute in AttributeReader.describe(type) {
      table.append([
        attribute.name, attribute.kindText, attribute.standard, attribute.documentation,
      ])
    }
    if !table.lines.isEmpty { lines += ["  attributes:"] + table.lines }
    if let example = OperatorExample(of: type) { lines += example.lines.map { "  " + $0 } }
    return lines
  }

  private func markdown(of type: any NetworkOperator.Type) -> [String] {
    var lines = ["### `\(type.name)`", "", type.summary, "", "Inputs: \(inputs(of: type))."]
    let attributes = AttributeReader.describe(type)
    if !attributes.isEmpty {
      lines += ["", "| attribute | type | default | meaning |", "|---|---|---|---|"]
      lines += attributes.map { attribute in
        let cells = [
          "`\(attribute.name)`", attribute.kindText, attribute.defaultText ?? "required",
          attribute.documentation,
        ]
        return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
      }
    }
    if let example = OperatorExample(of: type) {
      lines += ["", "```"] + example.lines + ["```"]
    }
    return lines
  }

  private func inputs(of type: any NetworkOperator.Type) -> String {
    type.ports.isEmpty ? "none" : type.ports.joined(separator: ", ")
  }
}

extension AttributeDescription {
  var kindText: String {
    switch kind {
    case .integer: "integer"
    case .number: "number"
    case .boolean: "true or false"
    case .text: "text"
    case .integers: "integer or list of integers"
    case .numbers: "number or list of numbers"
    case .map: "mapping"
    case .choice(let choices): choices.joined(separator: " | ")
    }
  }

  var standard: String { defaultText.map { "default \($0)" } ?? "required" }
}
