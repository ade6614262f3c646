import GraphIR
import Plan

/// The nodes that train: `minimize`, `gradient` and `average`.
extension ProgramElaborator {
  // MARK: gradient

  /// `gradient: {of: "sum(real)", to: x}`: the slope as a value, to be used like any other.
  func gradient(
    of expression: Expression, to references: [Reference], at site: Site
  ) throws(Diagnostic) {
    let scalar = try tensor(expression, in: site.scope, origin: site.origin)
    var targets: [Value] = []
    for reference in references { targets += try values(of: reference, in: site.scope) }
    let slopes = try graph.append(GradientRequest(), [scalar] + targets, origin: site.origin)
    bind(
      slopes.enumerated().map { (name: slopes.count == 1 ? "y" : "y\($0)", value: $1) }, at: site)
  }

  // MARK: minimize

  /// One update of every weight that the optimisers own and the loss depends on.
  ///
  /// All gradients are those at the weights as they are before any of the updates.
  func minimize(
    _ reference: Reference, with names: [Name], at site: Site
  ) throws(Diagnostic) {
    let loss = try value(of: reference, in: site.scope)
    let reached = ancestors(of: loss)
    var shares: [(optimizer: OptimizerDeclaration, parameters: [Parameter])] = []
    for name in names {
      let optimizer = try optimizer(name)
      shares.append((optimizer, try parameters(of: optimizer, among: reached)))
    }
    let parameters = shares.flatMap(\.parameters)
    var slopes = try graph.append(
      GradientRequest(), [loss] + parameters.map(\.value), origin: site.origin)[...]
    for (optimizer, parameters) in shares {
      let gradients = slopes.prefix(parameters.count)
      slopes = slopes.dropFirst(parameters.count)
      try update(zip(parameters, gradients), by: optimizer, at: site)
    }
  }

  /// A weight and its value before the update.
  private typealias Parameter = (declaration: StateDeclaration, value: Value)

  private func optimizer(_ name: Name) throws(Diagnostic) -> OptimizerDeclaration {
    let known = model.document.optimizers
    guard let optimizer = known.first(where: { $0.name == name.text }) else {
      let suggestion = Suggestion.phrase(for: name.text, among: known.map(\.name))
      throw Diagnostic("there is no optimizer '\(name.text)'\(suggestion)", at: name.location)
    }
    return optimizer
  }

  private func parameters(
    of optimizer: OptimizerDeclaration, among reached: Set<Value>
  ) throws(Diagnostic) -> [Parameter] {
    let owned = try networks(of: optimizer).flatMap { network in
      model.states.states(under: network + "/", role: .parameter)
    }
    for pattern in optimizer.except where !owned.contains(where: { pattern.text.matches($0.name) })
    {
      throw Diagnostic(.nothingToExcept(pattern.text, optimizer), at: pattern.location)
    }
    var parameters: [Parameter] = []
    for declaration in owned
    where !optimizer.except.contains(where: { $0.text.matches(declaration.name) }) {
      let current = try state(declaration.name)
      // As in PyTorch, a weight that the loss does not depend on is left alone.
      if reached.contains(current) { parameters.append((declaration, current)) }
    }
    guard !parameters.isEmpty else { throw Diagnostic(.nothingToUpdate(optimizer)) }
    return parameters
  }

  private func update(
    _ parameters: some Sequence<(Parameter, Value)>, by optimizer: OptimizerDeclaration,
    at site: Site
  ) throws(Diagnostic) {
    let rule = try updateRule(of: optimizer)
    let step = try nextStep(of: optimizer, at: site)
    let rate = scheduledScalar(
      "optimizers/\(optimizer.name)/lr", try model.schedule(optimizer.rate))
    for (parameter, slope) in parameters {
      try update(
        parameter.declaration, gradient: slope, by: rule, of: optimizer, rate: rate, step: step,
        at: site)
    }
  }

  private func update(
    _ parameter: StateDeclaration, gradient: Value, by rule: any OptimizerOperator,
    of optimizer: OptimizerDeclaration, rate: Value, step: Value, at site: Site
  ) throws(Diagnostic) {
    nameGradient(gradient, of: parameter.name)
    let type = TensorType(parameter.element, parameter.shape)
    var inputs = [try state(parameter.name), gradient, rate, step]
    var slots: [String] = []
    for slot in rule.slots(for: type) {
      let name = "optimizers/\(optimizer.name)/\(parameter.name)/\(slot.name)"
      try model.states.declare(
        StateDeclaration(
          name: name, shape: slot.shape, role: .slot, initializer: slot.initializer))
      slots.append(name)
      inputs.append(try state(name))
    }
    let origin = Origin(
      location: optimizer.location, path: "\(site.path).\(optimizer.name).\(parameter.name)")
    var outputs = try graph.append(rule, inputs, origin: origin)
    outputs[0] = try settled(outputs[0], origin: origin)
    for (name, value) in zip([parameter.name] + slots, outputs) { setState(name, to: value) }
  }

  /// A weight as later steps see it: a number like any other, whatever it was calculated from.
  ///
  /// Without this, a slope with respect to a picture would also count how the picture changed the weights a step ago.
  private func settled(_ weight: Value, origin: Origin) throws(Diagnostic) -> Value {
    try graph.append(model.catalog.make("stop_gradient"), [weight], origin: origin)[0]
  }

  /// `grad/PARAMETER` for a parameter's first update, and `STEP/grad/PARAMETER` for the first in each step.
  ///
  /// A step's further updates of the same parameter are under `STEP/grad_2/PARAMETER` and so on.
  private func nameGradient(_ gradient: Value, of parameter: String) {
    func isFree(_ name: String) -> Bool { !graph.names.contains { $0.name == name } }
    if let currentStep {
      let places = ["grad"] + (2...graph.names.count + 2).map { "grad_\($0)" }
      let candidates = places.lazy.map { "\(currentStep)/\($0)/\(parameter)" }
      if let name = candidates.first(where: isFree) {
        graph.names.append(Graph.NamedValue(name, gradient))
      }
    }
    let short = "grad/\(parameter)"
    if isFree(short) { graph.names.append(Graph.NamedValue(short, gradient)) }
  }

  /// The number of this update, counted from 1 and kept as state.
  private func nextStep(
    of optimizer: OptimizerDeclaration, at site: Site
  ) throws(Diagnostic) -> Value {
    let name = "optimizers/\(optimizer.name)/step"
    try model.states.declare(
      StateDeclaration(name: name, shape: [], role: .slot, initializer: .constant(0)))
    let one = try constant(1, origin: site.origin)
    let next = try graph.append(
      model.catalog.make("add"), [try state(name), one], origin: site.origin)[0]
    setState(name, to: next)
    return next
  }

  private func updateRule(
    of optimizer: OptimizerDeclaration
  ) throws(Diagnostic) -> any OptimizerOperator {
    guard
      let type = model.catalog.networkOperator(optimizer.kind.text) as? any OptimizerOperator.Type
    else {
      let rules = model.catalog.networkOperators.filter { $0 is any OptimizerOperator.Type }.map {
        $0.name
      }
      throw Diagnostic(
        "'\(optimizer.kind.text)' is no update rule\(Suggestion.phrase(for: optimizer.kind.text, among: rules)); there are \(rules.joined(separator: ", "))",
        at: optimizer.location)
    }
    let numbers = model.numbers
    var reader = AttributeReader(
      optimizer.attributes.map(\.forOperator), of: optimizer.kind.text, at: optimizer.location
    ) { text, location throws(Diagnostic) in
      try Expression.parse(text, at: location ?? optimizer.location).value(in: numbers).attribute
    }
    let rule = try type.init(&reader)
    try reader.finish()
    return rule
  }

  /// The networks that the optimiser's names and patterns (`style_*`) stand for.
  private func networks(of optimizer: OptimizerDeclaration) throws(Diagnostic) -> [String] {
    let known = model.document.networks.map(\.name)
    var names: [String] = []
    for pattern in optimizer.update {
      let matches = known.filter { pattern.text.matches($0) }
      guard !matches.isEmpty else {
        let suggestion = Suggestion.phrase(for: pattern.text, among: known)
        throw Diagnostic("there is no network '\(pattern.text)'\(suggestion)", at: pattern.location)
      }
      names += matches.filter { !names.contains($0) }
    }
    return names
  }

  /// Everything that a gradient of `value` can reach.
  private func ancestors(of value: Value) -> Set<Value> {
    var reached: Set<Value> = [value]
    for node in graph.nodes.reversed() where node.outputs.contains(where: reached.contains) {
      if !(node.op is any GradientStop) { reached.formUnion(node.inputs) }
    }
    return reached
  }

  // MARK: average

  /// `average: {network: generator, into: generator_ema, decay: 0.999}`.
  ///
  /// Weights are averaged; running statistics are copied, because they are averages already.
  func average(
    _ network: Name, into average: Name, decay: Expression, at site: Site
  ) throws(Diagnostic) {
    guard model.network(named: network.text) != nil else {
      throw Diagnostic("there is no network '\(network.text)'", at: network.location)
    }
    let decay = try decay.evaluate(in: site.scope.numbers).double
    for role in [StateDeclaration.Role.parameter, .statistic] {
      for source in model.states.states(under: network.text + "/", role: role) {
        let name = average.text + source.name.dropFirst(network.text.count)
        try model.states.declare(
          StateDeclaration(
            name: name, element: source.element, shape: source.shape, role: .average,
            initializer: .copy(of: source.name)))
        let current = try state(source.name)
        if role == .statistic {
          setState(name, to: current)
        } else {
          let op = try model.catalog.make(
            "moving_average", [GraphIR.Attribute("decay", .real(decay))])
          let mean = try graph.append(op, [try state(name), current], origin: site.origin)[0]
          setState(name, to: try settled(mean, origin: site.origin))
        }
      }
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func nothingToExcept(
    _ pattern: String, _ optimizer: OptimizerDeclaration
  ) -> Self {
    """
    'except' names '\(pattern)', but optimizer '\(optimizer.name)' updates no such parameter
    """
  }

  fileprivate static func nothingToUpdate(_ optimizer: OptimizerDeclaration) -> Self {
    """
    the loss depends on no weight that optimizer '\(optimizer.name)' updates \
    (\(optimizer.update.map(\.text).joined(separator: ", ")))
    """
  }
}

extension String {
  /// Whether `name` fits this pattern, in which `*` stands for any text.
  fileprivate func matches(_ name: String) -> Bool {
    let parts = split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count > 1, let first = parts.first, let last = parts.last else {
      return self == name
    }
    var rest = Substring(name)
    guard rest.hasPrefix(first) else { return false }
    rest = rest.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
