import GraphIR

/// What a name with its ports, instances and slices stands for.
extension ProgramElaborator {
  // MARK: Inputs of a node

  /// The values that the node's `from` gives, in the order of the ports.
  ///
  /// Without `from`, an operator with several ports or none takes nothing, and any other node takes the previous one.
  func operands(of site: Site, ports: [String]) throws(Diagnostic) -> [Value] {
    switch site.node.inputs {
    case .previous:
      guard !ports.isEmpty else { return [] }
      guard let previous = site.scope.previous else {
        throw Diagnostic(
          "'\(site.node.kind)' is the first node here; say with 'from' what it reads")
      }
      return [try principalValue(of: previous, in: site.scope)]
    case .one(let reference):
      return try values(of: reference, in: site.scope)
    case .list(let references):
      var values: [Value] = []
      for reference in references { values += try self.values(of: reference, in: site.scope) }
      return values
    case .ports(let entries):
      return try operands(entries, ports: ports, at: site)
    }
  }

  private func operands(
    _ entries: [(port: Name, reference: Reference)], ports: [String], at site: Site
  ) throws(Diagnostic) -> [Value] {
    for entry in entries where !ports.contains(entry.port.text) {
      throw Diagnostic(
        .unknownPort(entry.port.text, of: site.node.kind, ports), at: entry.port.location)
    }
    var values: [Value] = []
    for port in ports {
      guard let entry = entries.first(where: { $0.port.text == port }) else {
        throw Diagnostic(.missingPort(port, of: site.node.kind))
      }
      values.append(try value(of: entry.reference, in: site.scope))
    }
    return values
  }

  // MARK: References

  func value(of reference: Reference, in scope: NodeScope) throws(Diagnostic) -> Value {
    let values = try values(of: reference, in: scope)
    guard values.count == 1 else {
      throw Diagnostic(
        "'\(reference.text)' is a list, but one value is wanted", at: reference.location)
    }
    return values[0]
  }

  /// The values of a reference: one, unless it says `[*]`.
  func values(of reference: Reference, in scope: NodeScope) throws(Diagnostic) -> [Value] {
    do {
      let binding = try self.binding(of: reference, in: scope)
      return try values(of: binding, reference.path[...], in: scope)
    } catch {
      throw error.located(at: reference.location, in: "")
    }
  }

  func principalValue(of name: String, in scope: NodeScope) throws(Diagnostic) -> Value {
    guard let binding = scope.bindings[name] else {
      throw Diagnostic(.unknownName(name, among: scope.order))
    }
    scope.markUsed(name)
    return try values(of: binding, [], in: scope)[0]
  }

  private func binding(of reference: Reference, in scope: NodeScope) throws(Diagnostic) -> Binding {
    let name = reference.isPrevious ? scope.previous : reference.name
    guard let name else { throw Diagnostic("'_' is the previous node, and there is none here") }
    guard let binding = scope.bindings[name] else {
      throw Diagnostic(.unknownName(name, among: scope.order))
    }
    scope.markUsed(name)
    return binding
  }

  private func values(
    of binding: Binding, _ path: ArraySlice<Reference.Step>, in scope: NodeScope
  ) throws(Diagnostic) -> [Value] {
    switch binding.content {
    case .poisoned: throw Diagnostic(.consequence)
    case .ports(let ports): return [try value(of: ports, path, name: binding.name, in: scope)]
    case .instances(let instances):
      return try values(of: instances, path, name: binding.name, in: scope)
    }
  }

  private func values(
    of instances: [NodeScope], _ path: ArraySlice<Reference.Step>, name: String, in scope: NodeScope
  ) throws(Diagnostic) -> [Value] {
    switch path.first {
    case .allInstances:
      var values: [Value] = []
      for instance in instances { values += try self.values(inside: instance, path.dropFirst()) }
      return values
    case .instance(let index):
      let number = try index.number(in: scope.numbers)
      guard let position = number.integer.map({ $0 < 0 ? $0 + instances.count : $0 }),
        instances.indices.contains(position)
      else {
        throw Diagnostic("'\(name)' has the instances 0 to \(instances.count - 1), not \(number)")
      }
      return try values(inside: instances[position], path.dropFirst())
    default:
      guard let last = instances.last else { throw Diagnostic("'\(name)' was repeated 0 times") }
      return try values(inside: last, path)
    }
  }

  /// A value of an instance: of the node that the path names, or of its last one.
  private func values(
    inside instance: NodeScope, _ path: ArraySlice<Reference.Step>
  ) throws(Diagnostic) -> [Value] {
    guard case .port(let name) = path.first else {
      guard let last = instance.previous, let binding = instance.bindings[last] else {
        throw Diagnostic("the instance '\(instance.path)' has no nodes")
      }
      instance.markUsed(last)
      return try values(of: binding, path, in: instance)
    }
    guard let binding = instance.bindings[name] else {
      throw Diagnostic(.unknownName(name, among: instance.order))
    }
    instance.markUsed(name)
    return try values(of: binding, path.dropFirst(), in: instance)
  }

  private func value(
    of ports: [(name: String, value: Value)], _ path: ArraySlice<Reference.Step>, name: String,
    in scope: NodeScope
  ) throws(Diagnostic) -> Value {
    var value = ports[0].value
    for (index, step) in path.enumerated() {
      switch step {
      case .port(let port) where index == 0:
        guard let found = ports.first(where: { $0.name == port }) else {
          throw Diagnostic(.unknownPort(port, of: name, ports.map(\.name)))
        }
        value = found.value
      case .slice(let ranges): value = try slice(value, ranges, in: scope)
      case .instance(let place): value = try row(place, of: value, in: scope)
      default: throw Diagnostic("'\(name)' has no instances and no ports to pick from")
      }
    }
    return value
  }

  // MARK: Slices

  /// `x[a:b, c:d]`: leading axes cut, the others whole; negative places count from the back.
  private func slice(
    _ value: Value, _ ranges: [Reference.AxisRange], in scope: NodeScope
  ) throws(Diagnostic) -> Value {
    let type = graph.type(of: value)
    guard ranges.count <= type.rank else {
      throw Diagnostic("a slice of \(ranges.count) axes does not fit \(type)")
    }
    var (axes, starts, stops): ([Int], [Int], [Int]) = ([], [], [])
    for (axis, range) in ranges.enumerated() where range.lower != nil || range.upper != nil {
      axes.append(axis)
      starts.append(
        try range.lower.map { bound throws(Diagnostic) in try integer(bound, in: scope) } ?? 0)
      stops.append(
        try range.upper.map { bound throws(Diagnostic) in try integer(bound, in: scope) }
          ?? type.shape[axis])
    }
    guard !axes.isEmpty else { return value }
    let op = try model.catalog.make(
      "slice",
      [
        GraphIR.Attribute("axis", .integers(axes)), GraphIR.Attribute("start", .integers(starts)),
        GraphIR.Attribute("stop", .integers(stops)),
      ])
    return try graph.append(op, [value], origin: Origin(path: scope.path))[0]
  }

  /// `x[2]` of a tensor: one place of the leading axis, kept with extent 1.
  private func row(
    _ place: Expression.Node, of value: Value, in scope: NodeScope
  ) throws(Diagnostic) -> Value {
    let index = try integer(place, in: scope)
    let range = index == -1 ? graph.type(of: value).shape.first ?? 0 : index + 1
    let op = try model.catalog.make(
      "slice",
      [
        GraphIR.Attribute("axis", .integers([0])), GraphIR.Attribute("start", .integers([index])),
        GraphIR.Attribute("stop", .integers([range])),
      ])
    return try graph.append(op, [value], origin: Origin(path: scope.path))[0]
  }

  private func integer(_ node: Expression.Node, in scope: NodeScope) throws(Diagnostic) -> Int {
    let number = try node.number(in: scope.numbers)
    guard let integer = number.integer else {
      throw Diagnostic("a place in a tensor is a whole number, found \(number)", at: node.location)
    }
    return integer
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownName(_ name: String, among names: [String]) -> Self {
    "there is no value '\(name)' here\(Suggestion.phrase(for: name, among: names))"
  }

  fileprivate static func unknownPort(_ port: String, of what: String, _ ports: [String]) -> Self {
    """
    '\(what)' has no '\(port)'\(Suggestion.phrase(for: port, among: ports)); \
    it has \(ports.joined(separator: ", "))
    """
  }

  fileprivate static func missingPort(_ port: String, of what: String) -> Self {
    "'\(what)' needs '\(port)' in its 'from'"
  }
}
