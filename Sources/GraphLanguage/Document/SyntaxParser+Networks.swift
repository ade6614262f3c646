import GraphIR
import Plan

/// The sections `blocks:` and `networks:`.
extension SyntaxParser {
  func block(_ name: Name, _ node: YAMLNode) -> BlockDeclaration? {
    let subject = "block '\(name.text)'"
    checkNotStructural(name, "a block")
    guard var reader = MappingReader(node, subject, log: log) else { return nil }
    let params = reader.take("params").map { blockParameters($0) } ?? []
    let inputs =
      reader.take("inputs").map { names($0, of: "an input") }
      ?? [Name(text: "input", location: name.location)]
    let bindings = bindings(reader.take("let"))
    let nodes = nodes(reader.require("nodes"), of: subject, in: .block)
    let outputs = outputs(reader.take("outputs"))
    reader.finish()
    checkNames(of: nodes, inputs: inputs)
    return BlockDeclaration(
      name: name.text, location: name.location, params: params, inputs: inputs,
      bindings: bindings, nodes: nodes, outputs: outputs)
  }

  func network(_ name: Name, _ node: YAMLNode) -> NetworkDeclaration? {
    let subject = "network '\(name.text)'"
    checkNotStructural(name, "a network")
    guard var reader = MappingReader(node, subject, log: log) else { return nil }
    let inputs = inputs(reader.require("inputs"), mayVary: true)
    let bindings = bindings(reader.take("let"))
    let initializers = initializers(reader.take("init"))
    let nodes = nodes(reader.require("nodes"), of: subject, in: .network)
    let outputs = outputs(reader.take("outputs"))
    let when = expression(reader.take("when"))
    reader.finish()
    checkNames(
      of: nodes, inputs: inputs.map { Name(text: $0.name, location: $0.location) })
    return NetworkDeclaration(
      name: name.text, location: name.location, bindings: bindings, inputs: inputs,
      initializers: initializers, nodes: nodes, outputs: outputs, when: when)
  }

  /// The inputs of a network, whose batch axis may vary, or of a program, where every axis is known.
  func inputs(_ node: YAMLNode?, mayVary: Bool) -> [InputDeclaration] {
    declarations(node, section: "inputs", subject: "an input").map { name, value in
      var (shape, element) = (value, ElementType.float32)
      var when: Expression?
      if value.mapping != nil, var reader = MappingReader(value, "an input", log: log) {
        shape = reader.require("shape") ?? YAMLNode(.sequence([]), at: value.location)
        element = reader.take("type").flatMap { elementType($0) } ?? .float32
        when = expression(reader.take("when"))
        reader.finish()
      }
      let axes = list(shape, "the shape of '\(name.text)'").enumerated()
      return InputDeclaration(
        name: name.text, location: name.location,
        axes: axes.compactMap { axis($1, mayVary: mayVary && $0 == 0) }, element: element,
        when: when)
    }
  }

  /// Outputs by name, or a list of values that are outputs under their own names.
  func outputs(_ node: YAMLNode?) -> [OutputDeclaration] {
    guard let node else { return [] }
    guard node.mapping != nil else {
      return names(node, of: "an output").map { name in
        let reference = Reference(
          name: name.text, path: [], location: name.location, text: name.text)
        return OutputDeclaration(
          name: name.text, location: name.location, reference: reference)
      }
    }
    return declarations(node, section: "outputs", subject: "an output").compactMap { name, value in
      output(value) { _ in name }
    }
  }

  /// A value, or `{value: x, when: condition}`.
  ///
  /// - Parameter naming: what the output is called.
  func output(
    _ node: YAMLNode, naming: (Reference) -> Name
  ) -> OutputDeclaration? {
    var (value, when): (YAMLNode?, Expression?) = (node, nil)
    if node.mapping != nil {
      guard var reader = MappingReader(node, "an output", log: log) else { return nil }
      value = reader.require("value")
      when = expression(reader.take("when"))
      reader.finish()
    }
    return reference(value).map { reference in
      let name = naming(reference)
      return OutputDeclaration(
        name: name.text, location: name.location, reference: reference, when: when)
    }
  }

  private func axis(_ node: YAMLNode, mayVary: Bool) -> InputDeclaration.Axis? {
    guard node.text == "any" else { return expression(node).map { .extent($0) } }
    guard mayVary else {
      log.report(Diagnostic(.misplacedAny, at: node.location))
      return nil
    }
    return .any
  }

  private func elementType(_ node: YAMLNode) -> ElementType? {
    switch node.text {
    case "float32": return .float32
    case "int64": return .int64
    default:
      log.report(Diagnostic(.unknownElementType(node), at: node.location))
      return nil
    }
  }

  /// `[channels, stride: 1]`, or a mapping from names to default values.
  private func blockParameters(_ node: YAMLNode) -> [BlockDeclaration.Parameter] {
    let items = node.sequence ?? [node]
    let parameters = items.flatMap { item -> [BlockDeclaration.Parameter] in
      guard item.mapping != nil else {
        return name(item, of: "a parameter").map { [.init(name: $0.text, location: $0.location)] }
          ?? []
      }
      return declarations(item, section: "params", subject: "a parameter").map { name, value in
        .init(
          name: name.text, location: name.location, fallback: value.isNull ? nil : value)
      }
    }
    _ = unique(parameters.map { Name(text: $0.name, location: $0.location) }, "a parameter")
    return parameters
  }

  private func initializers(_ node: YAMLNode?) -> [InitializerRule] {
    declarations(node, section: "init", subject: "an operator").map { kind, value in
      InitializerRule(
        kind: kind, parameters: attributes(value, "the initializers of '\(kind.text)'"))
    }
  }

  private func checkNotStructural(_ name: Name, _ subject: String) {
    guard NodeSyntax.structuralWords.contains(name.text) else { return }
    log.report(Diagnostic(.structuralName(name.text, subject), at: name.location))
  }
}

extension Diagnostic.Message {
  fileprivate static let misplacedAny: Self =
    "'any' stands for the batch axis (the first) of a network's input only"

  fileprivate static func unknownElementType(_ node: YAMLNode) -> Self {
    "expected the type 'float32' or 'int64', found \(node.summary)"
  }

  fileprivate static func structuralName(_ name: String, _ subject: String) -> Self {
    "'\(name)' cannot name \(subject): it is a structural word"
  }
}
