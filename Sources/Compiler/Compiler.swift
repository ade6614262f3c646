package import GraphIR
package import Plan

/// Compiles models: graphs in, plan out.
package enum Compiler {
  /// One program in the two forms that a plan holds.
  package struct LoweredProgram: Sendable {
    /// Meaning alone: the oracle of every optimisation.
    package var reference: Graph
    package var optimized: Graph
  }

  /// The plan of a model, and what the compiler did to get there.
  ///
  /// - Throws: a `Diagnostic` for what the model's author must mend, a `CompilerBug` if a pass breaks a graph.
  package static func compile(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (plan: Plan, report: CompileReport) {
    if let pass = options.stopAfter { throw Diagnostic(.noPlan(stoppedAfter: pass)) }
    let clock = ContinuousClock()
    let start = clock.now
    var (lowered, report) = try lower(model, options: options)
    let builder = PlanBuilder(states: model.states)
    // The two sides of a program have nothing to do with each other, and one of them is most of the work.
    let sides = lowered.flatMap { [Side.optimized($0.optimized), .reference($0.reference)] }
    let built = try sides.concurrentMap { try $0.build(builder) }
    var programs: [Program] = []
    for part in built {
      switch part {
      case .program(let program, let step):
        programs.append(program)
        report.passes.append(step)
      case .reference(let reference): programs[programs.count - 1].reference = reference
      }
    }
    report.planning = start.duration(to: clock.now) - report.duration
    report.duration = start.duration(to: clock.now)
    let plan = Plan(
      model: model.name, sourceHash: model.sourceHash, parameters: model.parameters,
      states: model.states, draws: model.draws, data: model.data, programs: programs,
      report: model.report)
    return (plan, report)
  }

  /// Runs the passes on every program of a model, up to the one at which the options stop.
  ///
  /// - Throws: as `compile`.
  package static func lower(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (programs: [LoweredProgram], report: CompileReport) {
    try options.validate()
    var passes = Pipeline.all
    if model.precision == .float32 { passes.removeAll { $0.name == precision.name } }
    let start = ContinuousClock.now
    let states = model.states
    let sides = model.programs.flatMap {
      [(graph: $0, options: options, passes: passes), ($0, CompileOptions(), Pipeline.meaning)]
    }
    let lower = {
      @Sendable (side: (graph: Graph, options: CompileOptions, passes: [Pass])) throws in
      var graph = side.graph
      var runner = PassRunner(options: side.options, states: states)
      try runner.run(side.passes, on: &graph)
      return (graph: graph.compacted(), reports: runner.reports)
    }
    // Dumps of several programs must not mingle.
    let lowered =
      options.dumpAfter == .nothing ? try sides.concurrentMap(lower) : try sides.map(lower)
    let places = stride(from: 0, to: lowered.count, by: 2)
    var report = CompileReport()
    report.passes = places.flatMap { lowered[$0].reports }
    report.duration = start.duration(to: .now)
    let programs = places.map {
      LoweredProgram(reference: lowered[$0 + 1].graph, optimized: lowered[$0].graph)
    }
    return (programs, report)
  }
}

/// One of the two graphs of a program, ready to be placed in memory.
private enum Side {
  case optimized(Graph)
  case reference(Graph)

  enum Built {
    case program(Program, PassReport)
    case reference(ReferenceProgram)
  }

  func build(_ builder: PlanBuilder) throws(Diagnostic) -> Built {
    switch self {
    case .reference(let graph): return .reference(try builder.reference(graph))
    case .optimized(let graph):
      var step = PassReport(pass: "plan-building", program: graph.name)
      step.nodesBefore = graph.nodes.count
      step.nodesAfter = step.nodesBefore
      let start = ContinuousClock.now
      let program = try builder.program(graph, reference: nil)
      step.duration = start.duration(to: .now)
      return .program(program, step)
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func noPlan(stoppedAfter pass: String) -> Self {
    "a compilation that stops after '\(pass)' yields no plan; print its graphs instead"
  }
}
