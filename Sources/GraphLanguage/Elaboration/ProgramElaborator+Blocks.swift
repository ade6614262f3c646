import GraphIR
import Plan

/// Nodes that expand a block or call a network.
extension ProgramElaborator {
  /// The deepest that blocks may nest; each level takes stack.
  private static let blockDepth = 64

  func expand(_ block: BlockDeclaration, at site: Site) throws(Diagnostic) {
    var call = site.scope.call
    guard !call.activeBlocks.contains(block.name) else {
      throw Diagnostic(.recursion(call.activeBlocks + [block.name]))
    }
    guard call.activeBlocks.count < Self.blockDepth else {
      throw Diagnostic("blocks are nested more than \(Self.blockDepth) deep")
    }
    call.activeBlocks.append(block.name)
    let inner = NodeScope(
      path: site.path, parameterPath: site.scope.parameterPath(of: site.name),
      numbers: try numbers(for: block, at: site), call: call)
    let ports = block.inputs.map(\.text)
    let inputs = try operands(of: site, ports: ports)
    try expectInputs(ports, count: inputs.count, of: "block '\(block.name)'")
    for (port, value) in zip(block.inputs, inputs) {
      inner.bindInput(port.text, value, at: port.location)
    }
    elaborate(block.nodes, in: inner)
    bind(try outputs(block.outputs, of: inner, fallback: block.location), at: site)
    reportUnused(in: inner)
  }

  func call(_ network: ModelContext.CallableNetwork, at site: Site) throws(Diagnostic) {
    let declaration = network.declaration
    let ports = declaration.inputs.map(\.name)
    let inputs = try operands(of: site, ports: ports)
    try expectInputs(ports, count: inputs.count, of: "network '\(network.name)'")
    let mode = try mode(of: site)
    let results = try callBody(of: network, inputs: inputs, mode: mode, path: site.path)
    bind(results, at: site)
  }

  /// `mode: eval` or `train`, as the call says or as everything around it.
  private func mode(of site: Site) throws(Diagnostic) -> String {
    for attribute in site.node.attributes where attribute.key != "mode" {
      throw Diagnostic(
        "a network takes no attribute but 'mode', found '\(attribute.key)'",
        at: attribute.keyLocation)
    }
    guard let attribute = site.node.attribute("mode") else { return site.scope.call.mode }
    guard let mode = attribute.value.text, ["train", "eval"].contains(mode) else {
      throw Diagnostic(
        "'mode' is train or eval, found \(attribute.value.summary)", at: attribute.value.location)
    }
    return mode
  }

  /// The network's nodes on these inputs; returns its outputs.
  func callBody(
    of network: ModelContext.CallableNetwork, inputs: [Value], mode: String, path: String
  ) throws(Diagnostic) -> [(name: String, value: Value)] {
    let declaration = network.declaration
    let numbers = try model.numbers.with(declaration.bindings)
    let call = CallContext(
      mode: mode, initializers: InitializerTable(rules: declaration.initializers),
      follows: network.follows.map { (from: network.prefix, to: $0 + "/") })
    let inner = NodeScope(path: path, parameterPath: network.prefix, numbers: numbers, call: call)
    for (input, value) in zip(declaration.inputs, inputs) {
      let expected = try input.extents(in: numbers)
      let found = graph.type(of: value)
      guard found.element == input.element, expected.count == found.rank,
        zip(expected, found.shape).allSatisfy({ $0 == nil || $0 == $1 })
      else {
        throw Diagnostic(
          .inputMismatch(input, of: network.name, expected: expected, found),
          notes: [Diagnostic.Note("the input is declared here", at: input.location)])
      }
      inner.bindInput(input.name, value, at: input.location)
    }
    elaborate(declaration.nodes, in: inner)
    defer { reportUnused(in: inner) }
    return try outputs(declaration.outputs, of: inner, fallback: declaration.location)
  }

  /// The block's parameters as given at the call, else their defaults; then its `let`.
  private func numbers(for block: BlockDeclaration, at site: Site) throws(Diagnostic) -> Scope {
    var numbers = model.numbers.nested()
    let known = block.params.map(\.name)
    for attribute in site.node.attributes where !known.contains(attribute.key) {
      let suggestion = Suggestion.phrase(for: attribute.key, among: known)
      let allowed = known.isEmpty ? "it takes none" : "it takes \(known.joined(separator: ", "))"
      throw Diagnostic(
        "unknown parameter '\(attribute.key)' of block '\(block.name)'\(suggestion); \(allowed)",
        at: attribute.keyLocation)
    }
    for parameter in block.params {
      if let given = site.node.attribute(parameter.name) {
        numbers.define(parameter.name, as: try given.value.scopeValue(in: site.scope.numbers))
      } else if let fallback = parameter.fallback {
        numbers.define(parameter.name, as: try fallback.scopeValue(in: numbers))
      } else {
        throw Diagnostic("block '\(block.name)' needs the parameter '\(parameter.name)'")
      }
    }
    return try numbers.with(block.bindings)
  }

  private func expectInputs(_ ports: [String], count: Int, of what: String) throws(Diagnostic) {
    guard count == ports.count else {
      throw Diagnostic(
        "\(what) takes \(ports.count) inputs (\(ports.joined(separator: ", "))), got \(count)")
    }
  }

  /// The declared outputs, or the last node's.
  private func outputs(
    _ declared: [OutputDeclaration], of scope: NodeScope, fallback location: SourceLocation
  ) throws(Diagnostic) -> [(name: String, value: Value)] {
    guard !declared.isEmpty else {
      guard let last = scope.previous else {
        throw Diagnostic("there is no node whose output could be returned", at: location)
      }
      return [(name: "y", value: try principalValue(of: last, in: scope))]
    }
    var results: [(name: String, value: Value)] = []
    for output in declared {
      results.append((name: output.name, value: try value(of: output.reference, in: scope)))
    }
    return results
  }

  /// Nodes that nobody reads are mistakes: reported, each with its place.
  func reportUnused(in scope: NodeScope) {
    guard !scope.hasFailed else { return }
    for binding in scope.unused {
      model.report(
        Diagnostic(.unused(binding.name), at: binding.location, in: scope.path))
    }
  }
}

extension NodeScope {
  func bindInput(_ name: String, _ value: Value, at location: SourceLocation?) {
    bind(Binding(name: name, content: .ports([(name: "y", value: value)]), location: location))
  }
}

extension Diagnostic.Message {
  fileprivate static func recursion(_ blocks: [String]) -> Self {
    "block '\(blocks.last ?? "")' contains itself: \(blocks.joined(separator: " → "))"
  }

  fileprivate static func inputMismatch(
    _ input: InputDeclaration, of network: String, expected: [Int?], _ found: TensorType
  ) -> Self {
    let shape = expected.map { $0.map(String.init) ?? "any" }.joined(separator: "×")
    return """
      input '\(input.name)' of network '\(network)' is declared as \
      \(input.element.rawValue)[\(shape)] but is given \(found)
      """
  }

  fileprivate static func unused(_ name: String) -> Self {
    "nobody reads '\(name)'; connect it or remove it"
  }
}
