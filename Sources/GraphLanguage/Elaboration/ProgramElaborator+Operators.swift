import GraphIR
import Plan

/// Nodes that apply an operator.
extension ProgramElaborator {
  func apply(_ type: any NetworkOperator.Type, at site: Site) throws(Diagnostic) {
    var inputs = try operands(of: site, ports: type.ports)
    let op = try makeOperator(type, at: site)
    let parameters = try op.parameters(inputs.map { graph.type(of: $0) })
    let names = try declare(parameters, kind: type.name, at: site)
    for name in names { inputs.append(try state(name)) }

    let outputs = try graph.append(op, inputs, origin: site.origin)
    for (parameter, name) in zip(parameters, names) {
      if let output = parameter.updatedBy, output < outputs.count {
        setState(name, to: outputs[output])
      }
    }
    bind(Array(zip(op.outputNames, outputs)).map { (name: $0, value: $1) }, at: site)
    noteLayer(type.name, output: outputs[0], parameters: parameters, at: site)
  }

  /// The operator with the node's attributes; text in them may be an expression over the scope's numbers.
  private func makeOperator(
    _ type: any NetworkOperator.Type, at site: Site
  ) throws(Diagnostic) -> any NetworkOperator {
    var attributes = site.node.attributes.map(\.forOperator)
    let takesMode = AttributeReader.describe(type).contains {
      $0.name == "mode" && $0.kind == .choice(["train", "eval"])
    }
    if takesMode, !attributes.contains(where: { $0.name == "mode" }) {
      attributes.append(GraphIR.Attribute("mode", .text(site.scope.call.mode)))
    }
    let numbers = site.scope.numbers
    var reader = AttributeReader(attributes, of: type.name, at: site.node.location) {
      text, location throws(Diagnostic) in
      try Expression.parse(text, at: location ?? site.node.location).value(in: numbers).attribute
    }
    let op = try type.init(&reader)
    try reader.finish()
    return op
  }

  /// Declares the node's weights and statistics; returns their states' names.
  private func declare(
    _ parameters: [ParameterDeclaration], kind: String, at site: Site
  ) throws(Diagnostic) -> [String] {
    guard !parameters.isEmpty else { return [] }
    guard let base = site.scope.parameterPath(of: site.name) else {
      throw Diagnostic(.weightsOutsideNetwork(kind))
    }
    var names: [String] = []
    for parameter in parameters {
      let initializer = try site.scope.call.initializers.initializer(
        of: parameter, kind: kind, override: site.node.initializers, numbers: site.scope.numbers)
      names.append("\(base).\(parameter.name)")
      try model.states.declare(
        StateDeclaration(
          name: "\(base).\(parameter.name)", shape: parameter.shape, role: parameter.role,
          initializer: site.scope.call.firstValue(initializer, of: "\(base).\(parameter.name)")))
    }
    return names
  }

  private func noteLayer(
    _ kind: String, output: Value, parameters: [ParameterDeclaration], at site: Site
  ) {
    let count = parameters.filter { $0.role == .parameter }.reduce(0) { $0 + $1.shape.reduce(1, *) }
    layers.append(
      NetworkSummary.Layer(
        path: site.path, op: kind, output: graph.type(of: output), parameters: count))
  }
}

extension Diagnostic.Message {
  fileprivate static func weightsOutsideNetwork(_ kind: String) -> Self {
    "\(kind) has weights, so it must stand in a network; declare one under 'networks' and call it here"
  }
}
