import GraphIR
import Plan

/// Writes the body of one group: walks from the roots to the leaves and emits every operation once a place.
struct TileEmitter {
  private struct Place: Hashable {
    var value: Value
    var access: TileAccess
  }

  private let analysis: FusionAnalysis
  private let group: TileGroups.Group
  private let nodes: Set<Int>
  private let leaves: Set<Value>
  private var body = TileBody()
  private var loads: [(value: Value, access: TileAccess, register: TileRegister)] = []
  private var known: [Place: TileRegister] = [:]

  init(_ analysis: FusionAnalysis, _ group: TileGroups.Group) {
    self.analysis = analysis
    self.group = group
    nodes = Set(group.cone.nodes)
    leaves = Set(group.cone.leaves)
  }

  /// The group as an operator, its operands, and its results.
  ///
  /// - Parameter names: of all values; those of values that live in this group's registers only are taken out.
  mutating func emit(
    takingNamesFrom names: inout [Value: [String]]
  ) -> (op: FusedTile, inputs: [Value], outputs: [Value]) {
    var stores: [(value: Value, register: TileRegister)] = []
    var reductions: [(value: Value, op: any ReductionOperator, register: TileRegister)] = []
    for root in group.roots {
      let node = analysis.graph.nodes[root]
      if let op = node.op as? any ReductionOperator {
        reductions.append((node.outputs[0], op, register(node.inputs[0])))
      } else {
        for output in node.outputs where analysis.isStored[output.index] {
          stores.append((output, register(output)))
        }
      }
    }
    var number: [TileRegister: Int] = [:]
    for register in loads.map(\.register) + body.items.map(\.register) {
      number[register] = number.count
    }
    var inputs = [Value]()
    for load in loads where !inputs.contains(load.value) { inputs.append(load.value) }
    let op = FusedTile(
      extent: group.extent,
      loads: loads.map { load in
        .init(input: inputs.firstIndex(of: load.value) ?? 0, access: load.access)
      },
      instructions: body.items.map { item in
        TileInstruction(
          item.opcode, item.operands.compactMap { number[$0] }, immediate: item.immediate)
      },
      stores: stores.map { store in
        .init(
          register: number[store.register] ?? 0, shape: shape(store.value),
          access: identity(store.value))
      },
      reductions: reductions.map { reduction in
        .init(
          kind: reduction.op.kind,
          target: target(of: reduction.op, reduction.value, number[reduction.register] ?? 0))
      },
      residents: residents(number, takingNamesFrom: &names))
    let (pruned, kept) = op.pruned()
    return (pruned, kept.map { inputs[$0] }, stores.map(\.value) + reductions.map(\.value))
  }

  /// Names of values that the group computes at their own shape, and that it does not store.
  private func residents(
    _ number: [TileRegister: Int], takingNamesFrom names: inout [Value: [String]]
  ) -> [FusedTile.Resident] {
    var residents = [FusedTile.Resident]()
    for place in known.keys.sorted(by: { $0.value < $1.value })
    where names[place.value] != nil && place.access == identity(place.value)
      && shape(place.value).squeezed == group.extent && isComputed(place.value)
    {
      guard let register = known[place].flatMap({ number[$0] }) else { continue }
      for name in names.removeValue(forKey: place.value) ?? [] {
        residents.append(.init(name: name, register: register, shape: shape(place.value)))
      }
    }
    return residents
  }

  private func shape(_ value: Value) -> [Int] { analysis.graph.type(of: value).shape }
  private func identity(_ value: Value) -> TileAccess { TileAccess(identity: shape(value)) }

  private mutating func register(_ value: Value) -> TileRegister {
    register(value, identity(value))
  }

  // MARK: Walking

  /// The register that holds a value at the places which `access` gives.
  private mutating func register(_ value: Value, _ access: TileAccess) -> TileRegister {
    let place = Place(value: value, access: access)
    if let register = known[place] { return register }
    let register = isComputed(value) ? compute(value, access) : load(value, access)
    known[place] = register
    return register
  }

  private func isComputed(_ value: Value) -> Bool {
    guard let producer = analysis.index.producer(of: value) else { return false }
    if analysis.roles[producer] == .squeeze { return true }
    return analysis.roles[producer] == .elementwise && nodes.contains(producer)
      && !leaves.contains(value)
  }

  private mutating func load(_ value: Value, _ access: TileAccess) -> TileRegister {
    let register = body.load()
    loads.append((value, access, register))
    return register
  }

  private mutating func compute(_ value: Value, _ access: TileAccess) -> TileRegister {
    guard let producer = analysis.index.producer(of: value) else { return load(value, access) }
    let node = analysis.graph.nodes[producer]
    let operands = node.inputs.map { input in
      let shape = shape(input)
      if analysis.roles[producer] == .squeeze {
        return register(input, access.unsqueezed(shape))
      }
      let divisors = (node.op as? any ReadOperator)?.divisors(rank: access.axes.count)
      return register(input, access.operand(shape, divisors: divisors))
    }
    guard let op = node.op as? any ElementwiseOperator else { return operands[0] }
    let results = op.emit(operands, into: &body)
    for (output, result) in zip(node.outputs, results) {
      known[Place(value: output, access: access)] = result
    }
    return known[Place(value: value, access: access)] ?? results[0]
  }

  // MARK: Results

  private func target(
    of op: any ReductionOperator, _ value: Value, _ register: Int
  ) -> FusedTile.Target {
    let node = analysis.graph.nodes[analysis.index.producer(of: value) ?? 0]
    let type = analysis.graph.type(of: node.inputs[0])
    let reduced = Set(op.axes(of: type))
    let source = TileAccess(identity: type.shape).axes
    let keepsRank = shape(value).count == type.rank
    let axes = source.indices.compactMap { axis -> AxisAccess?? in
      if reduced.contains(axis) { return keepsRank ? .some(nil) : nil }
      return .some(source[axis])
    }
    return FusedTile.Target(
      register: register, shape: shape(value), access: TileAccess(axes: axes))
  }
}
