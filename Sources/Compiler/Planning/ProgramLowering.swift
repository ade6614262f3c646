import GraphIR
import Operators
import Plan

/// Turns the nodes of a graph into kernel calls on tensors with physical strides.
struct ProgramLowering {
  enum Style {
    /// Channels-last, with views instead of copies where the elements lie right already.
    case optimized
    /// Row-major, every value a tensor of its own.
    case reference
  }

  private let graph: Graph
  private let style: Style
  private let states: [String: Int]
  private let labels: [Value: String]
  /// Values that only transposes read, and those that only reshapes read: no kernel minds their strides.
  private let intermediates: StrideFreeValues
  private(set) var draft = ProgramDraft()

  /// Lowers all nodes, in their order.
  ///
  /// - Throws: if a node is left that no kernel computes.
  init(_ graph: Graph, states: [StateDeclaration], style: Style) throws(Diagnostic) {
    self.graph = graph
    self.style = style
    self.states = Dictionary(
      states.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let named = graph.outputs + graph.names
    labels = Dictionary(named.map { ($0.value, $0.name) }, uniquingKeysWith: { first, _ in first })
    intermediates = StrideFreeValues(in: graph)
    try addInputs()
    for node in graph.nodes { try lower(node) }
  }

  /// The position of a state in the plan's table.
  static func index(
    of name: String, in states: [StateDeclaration]
  ) throws(Diagnostic) -> Int {
    guard let index = states.firstIndex(where: { $0.name == name }) else {
      throw Diagnostic(.unknownState(name))
    }
    return index
  }

  private mutating func addInputs() throws(Diagnostic) {
    var callers = 0
    for input in graph.inputs {
      let type = graph.type(of: input.value)
      let home: ProgramDraft.Home
      switch input.kind {
      case .state(let name):
        guard let index = states[name] else { throw Diagnostic(.unknownState(name)) }
        home = .state(index)
      case .caller, .schedule:
        home = .input(callers)
        callers += 1
      }
      draft.tensorOf[input.value] = draft.add(
        .init(
          type: type, strides: Layout.strides(type.shape), home: home, label: input.name))
    }
  }

  private func strides(of shape: [Int]) -> [Int] {
    style == .optimized ? Layout.strides(shape) : Layout.rowMajor(shape)
  }

  private mutating func addOutput(_ value: Value, home: ProgramDraft.Home = .computed) -> TensorID {
    let type = graph.type(of: value)
    let id = draft.add(
      .init(
        type: type, strides: strides(of: type.shape), home: home, label: labels[value] ?? ""))
    draft.tensorOf[value] = id
    return id
  }

  private func tensor(_ value: Value) throws(Diagnostic) -> TensorID {
    guard let id = draft.tensorOf[value] else { throw Diagnostic(.undefined(value)) }
    return id
  }

  // MARK: Nodes

  private mutating func lower(_ node: Node) throws(Diagnostic) {
    do {
      let inputs = try node.inputs.map(tensor)
      switch node.op {
      case let tile as FusedTile:
        lower(tile, node, inputs)
      case let update as WeightUpdate:
        lower(update, node, inputs)
      case let list as TileList:
        lower(list, node, inputs)
      case is any ReshapeOperator:
        lowerReshape(node, inputs[0])
      case let op as any KernelOperator:
        lower(op, node, inputs)
      default:
        throw Diagnostic(.noKernel(node.op.name))
      }
    } catch let error as Diagnostic {
      throw error.located(at: node.origin.location, in: node.origin.path)
    } catch {
      throw Diagnostic("\(error)")
    }
  }

  private func label(of node: Node) -> String {
    node.origin.path.isEmpty ? node.op.name : node.origin.path
  }

  private func context(_ node: Node, _ operands: [TensorID]) -> LoweringContext {
    context(node, inputs: Array(operands.dropLast(node.outputs.count)), operands)
  }

  /// - Parameter operands: the inputs, then the outputs.
  private func context(
    _ node: Node, inputs: [TensorID], _ operands: [TensorID]
  ) -> LoweringContext {
    let types = operands.map { draft[$0].type }
    return LoweringContext(
      inputs: Array(types.prefix(inputs.count)), outputs: Array(types.dropFirst(inputs.count)),
      strides: operands.map { draft[$0].strides }, path: node.origin.path)
  }

  private mutating func lower(_ tile: FusedTile, _ node: Node, _ inputs: [TensorID]) {
    let outputs = node.outputs.map { addOutput($0) }
    let call = lowered(tile, node, inputs, outputs)
    addResidents(of: tile)
    draft.calls.append(Call(.tile(call), label: label(of: node)))
  }

  private mutating func lower(_ list: TileList, _ node: Node, _ inputs: [TensorID]) {
    var outputs = node.outputs.map { addOutput($0) }[...]
    var tiles: [TileCall] = []
    for (tile, operands) in zip(list.tiles, list.operands(of: inputs)) {
      let targets = outputs.prefix(tile.stores.count + tile.reductions.count)
      outputs = outputs.dropFirst(targets.count)
      addResidents(of: tile, at: tiles.count)
      tiles.append(lowered(tile, node, operands, Array(targets)))
    }
    draft.calls.append(Call(.tileList(TileListCall(tiles: tiles)), label: label(of: node)))
  }

  private func lowered(
    _ tile: FusedTile, _ node: Node, _ inputs: [TensorID], _ outputs: [TensorID]
  ) -> TileCall {
    let operands = inputs + outputs
    return tile.lowered(context(node, inputs: inputs, operands))
      .renumbered { operands[$0.index] }
  }

  /// Names the registers of a tile that the next call runs.
  private mutating func addResidents(of tile: FusedTile, at position: Int = 0) {
    draft.fused += tile.residents.map {
      .init(
        name: $0.name, call: draft.calls.count, tile: position, register: $0.register,
        shape: $0.shape)
    }
  }

  private mutating func lower(_ update: WeightUpdate, _ node: Node, _ inputs: [TensorID]) {
    let type = update.gradientType(node.inputs.map(graph.type(of:)))
    let gradient = draft.add(
      .init(type: type, strides: strides(of: type.shape), home: .transient, label: ""))
    let outputs = node.outputs.map { addOutput($0) }
    let factors = Array(inputs[..<2]) + [gradient]
    let operands = update.tileInputs(of: inputs, gradient: gradient) + outputs
    func context(_ operands: [TensorID], outputs: Int) -> LoweringContext {
      let types = operands.map { draft[$0].type }
      return LoweringContext(
        inputs: Array(types.dropLast(outputs)), outputs: Array(types.suffix(outputs)),
        strides: operands.map { draft[$0].strides }, path: node.origin.path)
    }
    let call = WeightUpdateCall(
      gradient: update.gradient.call(context(factors, outputs: 1)).renumbered { factors[$0.index] },
      tile: update.tile.lowered(context(operands, outputs: outputs.count))
        .renumbered { operands[$0.index] })
    addResidents(of: update.tile)
    draft.calls.append(Call(.weightUpdate(call), label: label(of: node)))
  }

  private mutating func lower(_ op: any KernelOperator, _ node: Node, _ inputs: [TensorID]) {
    let operands = inputs + node.outputs.map { addOutput($0) }
    let calls = op.kernels(context(node, operands)).map { $0.renumbered { operands[$0.index] } }
    if style == .optimized, calls.count == 1, case .copy(let copy) = calls[0],
      !isResult(node.outputs[0])
    {
      if node.op is Transpose, intermediates.betweenReshapes.contains(node.outputs[0]) {
        draft.tensors[copy.target.index].strides = copy.sourceStrides
        return makeView(copy.target, of: copy.source, offset: copy.sourceOffset)
      }
      if isView(copy) {
        return makeView(copy.target, of: copy.source, offset: copy.sourceOffset)
      }
    }
    draft.calls += calls.map { Call($0, label: label(of: node)) }
  }

  /// Results keep memory of their own, so that states and outputs never share any by accident.
  private func isResult(_ value: Value) -> Bool {
    (graph.outputs + graph.stateUpdates).contains { $0.value == value }
  }

  /// Whether the elements that a copy moves lie in its source just as they would in its target.
  private func isView(_ copy: CopyCall) -> Bool {
    let target = draft[copy.target]
    return copy.fill == nil && copy.targetOffset == 0 && target.byteCount > 0
      && copy.extent.reduce(1, *) == target.type.count
      && target.type.element == draft[copy.source].type.element
      && copy.extent.indices.allSatisfy {
        copy.extent[$0] == 1 || copy.sourceStrides[$0] == copy.targetStrides[$0]
      }
  }

  private mutating func makeView(_ target: TensorID, of source: TensorID, offset elements: Int) {
    let root = draft.root(of: source)
    let offset = root.offset + elements * draft[source].type.element.size
    draft.tensors[target.index].home = .view(of: root.tensor, offset: offset)
  }

  // MARK: Reshapes

  private mutating func lowerReshape(_ node: Node, _ source: TensorID) {
    let target = addOutput(node.outputs[0])
    if style == .optimized, intermediates.betweenTransposes.contains(node.outputs[0]) {
      // A transpose can read the rows of a matrix as they are.
      draft.tensors[target.index].strides = Layout.rowMajor(draft[target].type.shape)
    }
    let refined = refinement(from: source, to: target)
    if style == .optimized, refined?.isIdentity == true, !isResult(node.outputs[0]) {
      makeView(target, of: source, offset: 0)
    } else if let refined {
      draft.calls.append(
        Call(.copy(refined.copy(from: source, to: target)), label: label(of: node)))
    } else {
      lowerReshapeThroughRowMajor(node, from: source, to: target)
    }
  }

  /// Where no strided copy walks both shapes, the source is first laid out row by row, which every shape can be read from.
  private mutating func lowerReshapeThroughRowMajor(
    _ node: Node, from source: TensorID, to target: TensorID
  ) {
    let type = draft[source].type
    let between = draft.add(
      .init(type: type, strides: Layout.rowMajor(type.shape), home: .computed, label: ""))
    let reread = draft.add(
      .init(
        type: draft[target].type, strides: Layout.rowMajor(draft[target].type.shape),
        home: .view(of: between, offset: 0), label: ""))
    for (from, to) in [(source, between), (reread, target)] {
      guard let refined = refinement(from: from, to: to) else { continue }
      draft.calls.append(Call(.copy(refined.copy(from: from, to: to)), label: label(of: node)))
    }
  }

  private func refinement(from source: TensorID, to target: TensorID) -> AxisRefinement? {
    let (source, target) = (draft[source], draft[target])
    return AxisRefinement(
      from: (source.type.shape, source.strides), to: (target.type.shape, target.strides))
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownState(_ name: String) -> Self {
    "the program uses the state '\(name)', which the model does not declare"
  }

  fileprivate static func undefined(_ value: Value) -> Self {
    "\(value) is read before it is defined"
  }

  fileprivate static func noKernel(_ name: String) -> Self {
    "'\(name)' has no kernel; a pass should have expanded it before planning"
  }
}
