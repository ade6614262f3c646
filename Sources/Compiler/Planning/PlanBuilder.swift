package import GraphIR
package import Plan

/// Emits programs: graphs in, kernel calls on placed tensors out.
package struct PlanBuilder {
  private let states: [StateDeclaration]

  /// - Parameter states: the plan's table, to which graphs refer by name.
  package init(states: [StateDeclaration]) { self.states = states }

  /// The program of a graph that has been fused and scheduled.
  ///
  /// - Parameter plain: a graph of equal meaning before any optimisation, for the reference program; nil for none.
  package func program(_ graph: Graph, reference plain: Graph?) throws(Diagnostic) -> Program {
    var draft = try ProgramLowering(graph, states: states, style: .optimized).draft
    var outputs = try tensors(of: graph.outputs, in: draft)
    let placement = StatePlacement(
      &draft, updates: try updates(of: graph, in: draft), outputs: &outputs, inPlace: true)
    let memory = MemoryPlanner(draft, states: placement.stateOf, outputs: outputs)
    return Program(
      name: graph.name, inputs: inputs(of: graph, in: draft),
      outputs: zip(graph.outputs, outputs).map { .init(name: $0.name, tensor: $1) },
      values: values(of: graph, in: draft), fused: draft.fused,
      tensors: placed(draft, memory.storages), calls: draft.calls, memory: memory.report,
      reference: try plain.map { graph throws(Diagnostic) in try reference(graph) })
  }

  /// Every node its own call, every value its own buffer, row-major.
  package func reference(_ graph: Graph) throws(Diagnostic) -> ReferenceProgram {
    var isolated = graph
    fuse(&isolated, policy: .isolating)
    var draft = try ProgramLowering(isolated, states: states, style: .reference).draft
    var outputs = try tensors(of: graph.outputs, in: draft)
    _ = StatePlacement(
      &draft, updates: try updates(of: graph, in: draft), outputs: &outputs, inPlace: false)
    return ReferenceProgram(
      inputs: inputs(of: graph, in: draft),
      outputs: zip(graph.outputs, outputs).map { .init(name: $0.name, tensor: $1) },
      values: values(of: graph, in: draft),
      tensors: placed(draft, draft.tensors.map { Self.ownStorage(of: $0) }), calls: draft.calls)
  }

  // MARK: Tables

  private func inputs(of graph: Graph, in draft: ProgramDraft) -> [Program.Input] {
    graph.inputs.compactMap { input in
      guard let tensor = draft.tensorOf[input.value] else { return nil }
      return switch input.kind {
      case .caller: .init(name: input.name, tensor: tensor, source: .caller)
      case .schedule(let schedule):
        .init(name: input.name, tensor: tensor, source: .schedule(schedule))
      case .state: nil
      }
    }
  }

  private func tensors(
    of named: [Graph.NamedValue], in draft: ProgramDraft
  ) throws(Diagnostic) -> [TensorID] {
    try named.map { named throws(Diagnostic) in
      guard let tensor = draft.tensorOf[named.value] else {
        throw Diagnostic(.neverComputed(named.name))
      }
      return tensor
    }
  }

  private func values(of graph: Graph, in draft: ProgramDraft) -> [Program.NamedTensor] {
    var seen: Set<String> = []
    return graph.names.compactMap { named in
      guard let tensor = draft.tensorOf[named.value], seen.insert(named.name).inserted else {
        return nil
      }
      return .init(name: named.name, tensor: tensor)
    }
  }

  private func placed(
    _ draft: ProgramDraft, _ storages: [PlanTensor.Storage]
  ) -> [PlanTensor] {
    zip(draft.tensors, storages).map { tensor, storage in
      PlanTensor(
        element: tensor.type.element, shape: tensor.type.shape, strides: tensor.strides,
        storage: storage, label: tensor.label)
    }
  }

  // MARK: States

  private func updates(
    of graph: Graph, in draft: ProgramDraft
  ) throws(Diagnostic) -> [StatePlacement.Update] {
    let tensors = try tensors(of: graph.stateUpdates, in: draft)
    return try zip(graph.stateUpdates, tensors).map { update, tensor throws(Diagnostic) in
      .init(state: try ProgramLowering.index(of: update.name, in: states), tensor: tensor)
    }
  }

  private static func ownStorage(of tensor: ProgramDraft.Tensor) -> PlanTensor.Storage {
    switch tensor.home {
    case .computed: .own
    case .input(let position): .input(position)
    case .state(let state): .state(state)
    case .view(let root, let offset): .view(of: root, offset: offset)
    case .transient: .transient
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func neverComputed(_ name: String) -> Self {
    "'\(name)' is asked for, but nothing computes it"
  }
}
