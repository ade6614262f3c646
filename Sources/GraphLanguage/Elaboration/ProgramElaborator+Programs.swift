import GraphIR
import Plan

/// A whole program: inputs, schedules, steps, outputs.
extension ProgramElaborator {
  func elaborate(_ program: ProgramDeclaration) throws(Diagnostic) {
    let call = CallContext(mode: "train", initializers: InitializerTable())
    let numbers = try model.numbers.with(program.bindings)
    let scope = NodeScope(path: "", parameterPath: nil, numbers: numbers, call: call)
    for input in program.inputs {
      let type = try input.type(in: numbers, batch: model.standInBatch)
      let value = graph.addInput(input.name, kind: .caller, type: type)
      scope.bindInput(input.name, value, at: input.location)
    }
    try bindSchedules(of: program, in: scope)
    scope.previous = nil
    for step in program.steps {
      currentStep = step.name?.text
      elaborate(step.nodes, in: scope)
    }
    for output in program.outputs + program.report {
      let value = try value(of: output.reference, in: scope)
      graph.outputs.append(Graph.NamedValue(output.name, value))
    }
    reportUnused(in: scope)
    dropIdleSchedules()
  }

  /// A program has the schedules that it reads and no others.
  private func dropIdleSchedules() {
    let read = Set(graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.value))
    graph.inputs.removeAll { input in
      guard case .schedule = input.kind else { return false }
      return !read.contains(input.value)
    }
  }

  /// Scheduled scalars are names like any other.
  private func bindSchedules(
    of program: ProgramDeclaration, in scope: NodeScope
  ) throws(Diagnostic) {
    for declaration in model.document.schedules {
      let schedule = try model.schedule(declaration.schedule)
      let value = scheduledScalar(declaration.name, schedule)
      scope.bindInput(declaration.name, value, at: declaration.location)
      scope.markUsed(declaration.name)
    }
  }
}
