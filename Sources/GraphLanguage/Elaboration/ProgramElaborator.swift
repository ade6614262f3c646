import GraphIR
import Plan

/// Builds the graph of one program, node by node, in the order of the file.
///
/// State is threaded through as values: a network's weights are read from the program's inputs, or from whatever an
/// optimiser or a running average has yielded since.
final class ProgramElaborator {
  let model: ModelContext
  var graph: Graph
  /// The current value of every state that has been touched.
  private var stateValues: [String: Value] = [:]
  /// Inputs that the trainer feeds from schedules.
  private var scheduled: [String: Value] = [:]
  /// The training step being built, for the names of its gradients.
  var currentStep: String?
  /// Layers of the network being summarised, when this elaboration is for `check`.
  var layers: [NetworkSummary.Layer] = []

  init(model: ModelContext, program: String) {
    self.model = model
    graph = Graph(name: program)
  }

  // MARK: State

  /// The state's value at this point of the program.
  func state(_ name: String) throws(Diagnostic) -> Value {
    if let value = stateValues[name] { return value }
    guard let declaration = model.states[name] else {
      throw Diagnostic("there is no state '\(name)'")
    }
    let type = TensorType(declaration.element, declaration.shape)
    let value = graph.addInput(name, kind: .state(name), type: type)
    stateValues[name] = value
    return value
  }

  /// From here on, the state has another value.
  func setState(_ name: String, to value: Value) {
    stateValues[name] = value
    graph.stateUpdates.append(Graph.NamedValue(name, value))
  }

  /// A scalar that the trainer evaluates before every step.
  func scheduledScalar(_ name: String, _ schedule: Schedule) -> Value {
    if let value = scheduled[name] { return value }
    let value = graph.addInput(name, kind: .schedule(schedule), type: .scalar())
    scheduled[name] = value
    return value
  }

  // MARK: Nodes

  /// A node at the place where it is being built: the scope that it stands in and the name that it has there.
  struct Site {
    let node: NodeSyntax
    let scope: NodeScope
    let name: String
    var path: String { scope.path(of: name) }
    var origin: Origin { Origin(location: node.location, path: path) }
  }

  /// Builds nodes in order; a node that fails is reported and poisons its name, so that the others are still checked.
  func elaborate(_ nodes: [NodeSyntax], in scope: NodeScope) {
    for node in nodes {
      guard model.admitNode(at: node.location) else { return }
      var name = node.name?.text ?? node.kind
      do {
        if let condition = node.when, try !condition.condition(in: scope.numbers) { continue }
        name = try freshName(of: node, in: scope)
        try elaborate(Site(node: node, scope: scope, name: name))
      } catch {
        model.report(error.located(at: node.location, in: scope.path(of: name)))
        scope.hasFailed = true
        scope.bind(Binding(name: name, content: .poisoned, location: node.location))
      }
    }
  }

  private func elaborate(_ site: Site) throws(Diagnostic) {
    switch site.node.form {
    case .repetition(let times, let index, let nodes):
      try unroll(nodes, times: times, index: index?.text, at: site)
    case .branches(let bodies): try branch(bodies, at: site)
    case .copies(let count, let index, let nodes):
      try branch(nodes, copies: count, index: index?.text, at: site)
    case .loss(let formula): try compute(formula, isLoss: true, at: site)
    case .compute(let formula): try compute(formula, isLoss: false, at: site)
    case .minimize(let loss, let optimizers): try minimize(loss, with: optimizers, at: site)
    case .gradient(let scalar, let targets): try gradient(of: scalar, to: targets, at: site)
    case .average(let network, let into, let decay):
      try average(network, into: into, decay: decay, at: site)
    case .call: try call(site)
    }
  }

  /// A block, a network or an operator, whichever has that name.
  private func call(_ site: Site) throws(Diagnostic) {
    let kind = site.node.kind
    if let block = model.blocks[kind] {
      try expand(block, at: site)
    } else if let network = model.network(named: kind) {
      try call(network, at: site)
    } else if let type = model.catalog.networkOperator(kind) {
      try apply(type, at: site)
    } else {
      throw Diagnostic(.unknownKind(kind, among: model.callableNames))
    }
  }

  // MARK: Names

  /// The node's `as`, or its kind with a number; an `as` may be given once in a scope.
  private func freshName(of node: NodeSyntax, in scope: NodeScope) throws(Diagnostic) -> String {
    guard let name = node.name?.text else { return scope.freeName(for: node.kind) }
    if let earlier = scope.bindings[name] {
      throw Diagnostic(
        "the name '\(name)' is taken",
        notes: [Diagnostic.Note("it was given first here", at: earlier.location)])
    }
    return name
  }

  /// Gives the node's outputs their names, for other nodes and for people.
  func bind(_ ports: [(name: String, value: Value)], at site: Site) {
    site.scope.bind(
      Binding(name: site.name, content: .ports(ports), location: site.node.location))
    for (index, port) in ports.enumerated() {
      if index == 0 { graph.names.append(Graph.NamedValue(site.path, port.value)) }
      if ports.count > 1 {
        graph.names.append(Graph.NamedValue("\(site.path).\(port.name)", port.value))
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownKind(_ kind: String, among names: [String]) -> Self {
    """
    '\(kind)' is no operator, block or network\(Suggestion.phrase(for: kind, among: names)); \
    `planform operators` lists the operators
    """
  }
}
