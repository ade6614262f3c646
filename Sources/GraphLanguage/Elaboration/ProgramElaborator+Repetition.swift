import GraphIR

/// Nodes that unroll others: `repeat` as a chain, `branches` side by side.
extension ProgramElaborator {
  /// The most copies that one `repeat` or `branches` may make.
  private static let copyLimit = 1024

  func unroll(
    _ nodes: [NodeSyntax], times: Expression, index variable: String?, at site: Site
  ) throws(Diagnostic) {
    let times = try count(times, at: site)
    guard site.node.name != nil else {
      // Without a name the copies' nodes belong to the scope around them.
      let outer = site.scope.numbers
      for index in 0..<times where model.admitNode(at: site.node.location) {
        site.scope.numbers = numbers(outer, variable, index)
        elaborate(nodes, in: site.scope)
      }
      site.scope.numbers = outer
      return
    }
    var instances: [NodeScope] = []
    var input = try source(of: site)
    for index in 0..<times where model.admitNode(at: site.node.location) {
      let inner = instance(index, variable: variable, input: input, at: site)
      elaborate(nodes, in: inner)
      input = try inner.previous.map { name throws(Diagnostic) in
        try principalValue(of: name, in: inner)
      }
      instances.append(inner)
    }
    bindInstances(instances, at: site)
  }

  func branch(_ bodies: [[NodeSyntax]], at site: Site) throws(Diagnostic) {
    let input = try source(of: site)
    var instances: [NodeScope] = []
    for (index, nodes) in bodies.enumerated() {
      let inner = instance(index, variable: nil, input: input, at: site)
      elaborate(nodes, in: inner)
      instances.append(inner)
    }
    bindInstances(instances, at: site)
  }

  func branch(
    _ nodes: [NodeSyntax], copies: Expression, index variable: String?, at site: Site
  ) throws(Diagnostic) {
    let input = try source(of: site)
    var instances: [NodeScope] = []
    let copies = try count(copies, at: site)
    for index in 0..<copies where model.admitNode(at: site.node.location) {
      let inner = instance(index, variable: variable, input: input, at: site)
      elaborate(nodes, in: inner)
      instances.append(inner)
    }
    bindInstances(instances, at: site)
  }

  /// What the first copy of a chain, or every branch, sees as `input`.
  private func source(of site: Site) throws(Diagnostic) -> Value? {
    if case .previous = site.node.inputs, site.scope.previous == nil { return nil }
    return try operands(of: site, ports: ["input"]).first
  }

  private func bindInstances(_ instances: [NodeScope], at site: Site) {
    site.scope.bind(
      Binding(name: site.name, content: .instances(instances), location: site.node.location))
  }

  private func instance(
    _ index: Int, variable: String?, input: Value?, at site: Site
  ) -> NodeScope {
    let scope = NodeScope(
      path: "\(site.path).\(index)",
      parameterPath: site.scope.parameterPath(of: site.name).map { "\($0).\(index)" },
      numbers: numbers(site.scope.numbers, variable, index), call: site.scope.call)
    if let input { scope.bindInput("input", input, at: site.node.location) }
    return scope
  }

  private func numbers(_ parent: Scope, _ variable: String?, _ index: Int) -> Scope {
    guard let variable else { return parent }
    return parent.nested([variable: .number(.integer(index))])
  }

  private func count(_ expression: Expression, at site: Site) throws(Diagnostic) -> Int {
    let number = try expression.evaluate(in: site.scope.numbers)
    guard let count = number.integer, 0...Self.copyLimit ~= count else {
      throw Diagnostic(
        "'\(site.node.kind)' wants a whole number from 0 to \(Self.copyLimit), found \(number)")
    }
    return count
  }
}
