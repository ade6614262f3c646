import GraphIR

/// Nodes: `relu`, `relu:`, `conv2d: {as: c1, features: 64}` and the structural forms.
extension SyntaxParser {
  /// Where a chain stands; only programs may change weights.
  enum Surroundings: String {
    case block, network, program
  }

  func nodes(
    _ node: YAMLNode?, of subject: String, in surroundings: Surroundings
  ) -> [NodeSyntax] {
    list(node, "'nodes' of \(subject)").compactMap { self.node($0, in: surroundings) }
  }

  /// Reports two nodes of one chain with the same name, unless conditions may choose between them.
  func checkNames(of nodes: [NodeSyntax], inputs: [Name]) {
    let named = nodes.filter { $0.when == nil }.compactMap(\.name)
    _ = unique(inputs + named, "a value")
  }

  private func node(_ node: YAMLNode, in surroundings: Surroundings) -> NodeSyntax? {
    switch node.content {
    case .scalar:
      return self.node(node, YAMLNode(.null, at: node.location), in: surroundings)
    case .mapping(let entries) where entries.count == 1:
      return entries.first.flatMap { self.node($0.key, $0.value, in: surroundings) }
    case .mapping(let entries):
      log.report(Diagnostic(.nodeNeedsOneKey(entries.compactMap(\.key.text)), at: node.location))
    default:
      log.report(Diagnostic(.expectedNode(node), at: node.location))
    }
    return nil
  }

  private func node(
    _ key: YAMLNode, _ value: YAMLNode, in surroundings: Surroundings
  ) -> NodeSyntax? {
    guard let kind = name(key, of: "an operator, a block or a network"),
      var reader = MappingReader(value, "'\(kind.text)'", log: log)
    else { return nil }
    // What a form has no use for stays unasked, and so becomes an unknown key.
    let isStructural = NodeSyntax.structuralWords.contains(kind.text)
    let takesInputs = !isStructural || kind.text == "repeat" || kind.text == "branches"
    let hasName = kind.text != "minimize" && kind.text != "average"
    let node = NodeSyntax(
      location: kind.location,
      kind: kind.text,
      form: .call,
      name: hasName ? reader.take("as").flatMap { name($0, of: "a node") } : nil,
      inputs: takesInputs ? inputs(reader.take("from")) : .previous,
      when: expression(reader.take("when")),
      initializers: isStructural
        ? [] : attributes(reader.take("init"), "'init' of '\(kind.text)'"),
      attributes: [])
    return completed(node, &reader, in: surroundings)
  }

  /// The node with its form and attributes, which depend on its kind.
  private func completed(
    _ node: NodeSyntax, _ reader: inout MappingReader, in surroundings: Surroundings
  ) -> NodeSyntax? {
    var node = node
    guard NodeSyntax.structuralWords.contains(node.kind) else {
      node.attributes = reader.rest()
      return node
    }
    let form = form(of: node.kind, &reader, in: surroundings)
    reader.finish()
    guard let form else { return nil }
    node.form = form
    return node
  }

  private func inputs(_ node: YAMLNode?) -> NodeSyntax.Inputs {
    guard let node else { return .previous }
    switch node.content {
    case .sequence:
      return .list(references(node))
    case .mapping:
      let ports = declarations(node, section: "from", subject: "an input")
      return .ports(
        ports.compactMap { port, value in reference(value).map { (port: port, reference: $0) } })
    case .null, .scalar:
      return reference(node).map { .one($0) } ?? .previous
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func nodeNeedsOneKey(_ keys: [String]) -> Self {
    guard let first = keys.first else {
      return "a node is an operator, a block or a network, found {}"
    }
    let listed = keys.prefix(4).map { "'\($0.excerpt)'" }.joined(separator: ", ")
    return """
      a node has one key, its operator, block or network, found \(keys.count) (\(listed)); attributes \
      stand below it, indented further, or in braces: '\(first.excerpt): {...}'
      """
  }

  fileprivate static func expectedNode(_ node: YAMLNode) -> Self {
    "expected a node such as 'relu' or 'conv2d: {...}', found \(node.summary)"
  }
}
