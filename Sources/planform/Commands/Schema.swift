import ArgumentParser
import GraphIR
import GraphLanguage
import Operators
import Training

/// `planform schema`: the language for editors.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the language as JSON Schema, for editors that complete and check YAML.",
    discussion: """
      Example:
        planform schema -o planform.schema.json
      and, as the first line of a YAML file:
        # yaml-language-server: $schema=planform.schema.json
      """)

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the schema goes; standard output unless given.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  func run() throws {
    let operators = OperatorCatalog.standard.networkOperators.map(OperatorDescription.init)
    let text = SchemaWriter(operators: operators).text()
    guard let output else { return print(text, terminator: "") }
    try AtomicFile.write(Array(text.utf8), to: output)
  }
}

extension OperatorDescription {
  /// What an operator says of itself by reading its attributes.
  fileprivate init(_ type: any NetworkOperator.Type) {
    self.init(
      name: type.name, documentation: type.summary,
      attributes: AttributeReader.describe(type).map { attribute in
        Attribute(
          attribute.name, AttributeKind(attribute.kind), isRequired: attribute.defaultText == nil,
          documentation: attribute.documentation)
      })
  }
}

extension OperatorDescription.AttributeKind {
  fileprivate init(_ kind: AttributeDescription.Kind) {
    self =
      switch kind {
      case .integer: .integer
      case .number: .number
      case .boolean: .boolean
      case .text: .string
      // A single number stands for a list of it.
      case .integers, .numbers, .map: .any
      case .choice(let choices): .oneOf(choices)
      }
  }
}
