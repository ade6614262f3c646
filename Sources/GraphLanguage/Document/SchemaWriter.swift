import GraphIR

/// An operator as the schema needs to know it.
package struct OperatorDescription: Sendable {
  package enum AttributeKind: Sendable {
    case integer, number, boolean, string, list, any
    case oneOf([String])
  }

  package struct Attribute: Sendable {
    package var name: String
    package var kind: AttributeKind
    package var isRequired: Bool
    package var documentation: String

    package init(
      _ name: String, _ kind: AttributeKind, isRequired: Bool = false, documentation: String = ""
    ) {
      self.name = name
      self.kind = kind
      self.isRequired = isRequired
      self.documentation = documentation
    }
  }

  package var name: String
  package var documentation: String
  package var attributes: [Attribute]

  package init(name: String, documentation: String = "", attributes: [Attribute]) {
    self.name = name
    self.documentation = documentation
    self.attributes = attributes
  }
}

/// Writes the language as JSON Schema (draft 2020-12), for editors that complete and check YAML.
///
/// Whatever may be an expression may be text. Keys of nodes that are no operator's name are blocks or networks, whose
/// attributes a schema cannot know.
package struct SchemaWriter: Sendable {
  private let operators: [OperatorDescription]

  package init(operators: [OperatorDescription]) {
    self.operators = operators.sorted { $0.name < $1.name }
  }

  /// The schema's text; the same operators always give the same bytes.
  package func text() -> String {
    let schema = JSONSchema.object([
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string("Planform model")),
      ("type", .string("object")),
      ("properties", .object(sections)),
      ("additionalProperties", .reference("program")),
      ("$defs", .object(definitions)),
    ])
    return schema.text() + "\n"
  }

  // MARK: The file

  private var sections: [(key: String, value: JSONSchema)] {
    [
      (
        "planform",
        .object([("const", .integer(SyntaxParser.languageVersion))])
          .documented("Version of the language.")
      ),
      ("name", JSONSchema.type("string", "number").documented("The model's name.")),
      (
        "precision",
        JSONSchema.words(Precision.allCases.map(\.rawValue))
          .documented("How images are stored and multiplied; float32 unless given.")
      ),
      (
        "include",
        JSONSchema.oneOrMore(.text).documented("Files to merge, relative to this one.")
      ),
      (
        "params",
        JSONSchema.named(parameter)
          .documented("Constants that --set overrides and expressions use.")
      ),
      ("let", .reference("let")),
      (
        "require",
        JSONSchema.list(
          of: .mapping(
            [("that", .reference("condition")), ("else", .text)], required: ["that", "else"])
        ).documented("Conditions on the parameters, each with what is wrong when it fails.")
      ),
      ("blocks", .named(.reference("block"))),
      ("networks", .named(.reference("network"))),
      ("optimizers", .named(.reference("optimizer"))),
      ("schedules", .named(.reference("schedule"))),
      ("draws", .named(.reference("draw"))),
      ("data", .named(.reference("data"))),
      ("train", .reference("train")),
    ]
  }

  private var definitions: [(key: String, value: JSONSchema)] {
    [
      (
        "name",
        .object([
          ("type", .string("string")), ("pattern", .string("^[A-Za-z_][A-Za-z0-9_]*$")),
        ])
      ),
      ("number", JSONSchema.type("number", "string").documented("A number or an expression.")),
      ("integer", JSONSchema.type("integer", "string").documented("An integer or an expression.")),
      ("condition", JSONSchema.type("boolean", "string").documented("true, false or a condition.")),
      ("formula", JSONSchema.type("number", "boolean", "string")),
      ("span", .object([("type", .string("string")), ("pattern", .string(Self.spanPattern))])),
      ("let", .named(.reference("formula"))),
      ("inputs", .named(.reference("input"))),
      ("input", input),
      (
        "value",
        .anyOf([
          .text,
          .mapping([("value", .text), ("when", .reference("condition"))], required: ["value"]),
        ])
      ),
      ("outputs", .anyOf([.named(.reference("value")), .oneOrMore(.text)])),
      ("init", .named(.named(.anything))),
      ("from", .anyOf([.oneOrMore(.text), .named(.text)])),
      ("block", block),
      ("network", network),
      ("optimizer", optimizer),
      ("schedule", schedule),
      ("draw", draw),
      ("data", data),
      ("train", program(isTrain: true)),
      ("program", program(isTrain: false)),
      ("nodes", .list(of: .reference("node"))),
      ("node", node),
      ("call", call(attributes: [], required: [], others: .anything)),
    ]
  }

  private static let spanPattern = "^.+ (epochs?|iterations?)$"

  private var input: JSONSchema {
    let shape = JSONSchema.list(of: .reference("integer"))
    return .anyOf([
      shape,
      .mapping(
        [
          ("shape", shape), ("type", .words(["float32", "int64"])),
          ("when", .reference("condition")),
        ], required: ["shape"]),
    ])
  }

  private var parameter: JSONSchema {
    let constant = JSONSchema.type("number", "boolean", "string")
    return .anyOf([
      constant,
      .mapping(
        [("default", constant), ("one_of", .list(of: constant))], required: ["default", "one_of"]),
    ])
  }

  private var block: JSONSchema {
    let parameters = JSONSchema.named(.anything)
    return .mapping(
      [
        ("params", .anyOf([parameters, .oneOrMore(.anyOf([.text, parameters]))])),
        ("inputs", .oneOrMore(.text)), ("let", .reference("let")), ("nodes", .reference("nodes")),
        ("outputs", .reference("outputs")),
      ],
      required: ["nodes"])
  }

  private var network: JSONSchema {
    .mapping(
      [
        ("inputs", .reference("inputs")), ("let", .reference("let")), ("init", .reference("init")),
        ("nodes", .reference("nodes")), ("outputs", .reference("outputs")),
        ("when", .reference("condition")),
      ],
      required: ["inputs", "nodes"])
  }

  private var optimizer: JSONSchema {
    let rule = JSONSchema.mapping(
      [("lr", .reference("schedule"))], required: ["lr"], others: .anything)
    return .mapping(
      [
        ("update", .oneOrMore(.text)), ("except", .oneOrMore(.text)),
        ("when", .reference("condition")),
      ], required: ["update"],
      others: rule)
  }

  private var schedule: JSONSchema {
    let number = JSONSchema.reference("number")
    let span = JSONSchema.reference("span")
    return .anyOf([
      number,
      .mapping(
        [
          ("start", number), ("halve_every", span), ("multiply_by", number), ("every", span),
          ("linear_to", number), ("over", span), ("from", span), ("warmup", span),
        ],
        required: ["start"]),
    ])
  }

  private func program(isTrain: Bool) -> JSONSchema {
    let conditional = JSONSchema.mapping(
      [("nodes", .reference("nodes")), ("when", .reference("condition"))], required: ["nodes"])
    let step = JSONSchema.object([
      ("type", .string("object")), ("minProperties", .integer(1)), ("maxProperties", .integer(1)),
      ("additionalProperties", .anyOf([.reference("nodes"), conditional])),
    ])
    return .mapping(
      [
        ("inputs", .reference("inputs")), ("let", .reference("let")),
        ("schedules", .named(.reference("schedule"))), ("steps", .list(of: step)),
        ("nodes", .reference("nodes")), ("report", .oneOrMore(.reference("value"))),
        ("outputs", .reference("outputs")),
      ],
      required: isTrain ? [] : ["outputs"])
  }
}

// MARK: Nodes

extension SchemaWriter {
  /// A name alone, or one key with attributes.
  private var node: JSONSchema {
    let keys = structuralForms + operators.map { (key: $0.name, value: schema(of: $0)) }
    return .anyOf([
      .reference("name"),
      .object([
        ("type", .string("object")), ("minProperties", .integer(1)),
        ("maxProperties", .integer(1)), ("propertyNames", .reference("name")),
        ("properties", .object(keys)),
        ("additionalProperties", .anyOf([.null, .reference("call")])),
      ]),
    ])
  }

  private func schema(of description: OperatorDescription) -> JSONSchema {
    let attributes = description.attributes.map { attribute in
      (key: attribute.name, value: schema(of: attribute.kind).documented(attribute.documentation))
    }
    let required = description.attributes.filter(\.isRequired).map(\.name)
    let call = call(attributes: attributes, required: required, others: .boolean(false))
    return (required.isEmpty ? .anyOf([.null, call]) : call)
      .documented(description.documentation)
  }

  private func schema(of kind: OperatorDescription.AttributeKind) -> JSONSchema {
    switch kind {
    case .integer: .reference("integer")
    case .number: .reference("number")
    case .boolean: .reference("condition")
    case .string: .text
    case .list: .type("array")
    case .oneOf(let words): .words(words)
    case .any: .object([])
    }
  }

  private func call(
    attributes: [(key: String, value: JSONSchema)], required: [String], others: JSONSchema
  ) -> JSONSchema {
    .mapping(
      [
        ("as", .reference("name")), ("from", .reference("from")), ("when", .reference("condition")),
        ("init", .named(.anything)),
      ] + attributes,
      required: required, others: others)
  }

  private var structuralForms: [(key: String, value: JSONSchema)] {
    let (name, when) = (JSONSchema.reference("name"), JSONSchema.reference("condition"))
    let (formula, text) = (JSONSchema.reference("formula"), JSONSchema.text)
    let nodes = JSONSchema.reference("nodes")
    let chain: [(key: String, value: JSONSchema)] = [
      ("as", name), ("from", .reference("from")), ("when", when), ("index", name),
    ]
    let named: [(key: String, value: JSONSchema)] = [("as", name), ("when", when)]
    return [
      (
        "repeat",
        .mapping(
          chain + [("times", .reference("integer")), ("nodes", nodes)],
          required: ["times", "nodes"])
      ),
      (
        "branches",
        .mapping(
          chain + [
            ("count", .reference("integer")), ("nodes", .anyOf([nodes, .list(of: nodes)])),
          ],
          required: ["nodes"])
      ),
      ("loss", .mapping(named + [("value", formula)], required: ["value"])),
      ("compute", .mapping(named + [("value", formula)], required: ["value"])),
      (
        "gradient",
        .mapping(named + [("of", text), ("to", .oneOrMore(text))], required: ["of", "to"])
      ),
      (
        "minimize",
        .mapping(
          [("when", when), ("loss", text), ("with", .oneOrMore(name))], required: ["loss", "with"])
      ),
      (
        "average",
        .mapping(
          [("when", when), ("network", name), ("into", name), ("decay", .reference("number"))],
          required: ["network", "into", "decay"])
      ),
    ]
  }
}
