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
    let built = try lowered.concurrentMap { graphs in
      var step = PassReport(pass: "plan-building", program: graphs.optimized.name)
      step.nodesBefore = graphs.optimized.nodes.count
      step.nodesAfter = step.nodesBefore
      let start = clock.now
      let program = try builder.program(graphs.optimized, reference: graphs.reference)
      step.duration = start.duration(to: clock.now)
      return (program, step)
    }
    report.passes += built.map(\.1)
    report.planning = start.duration(to: clock.now) - report.duration
    report.duration = start.duration(to: clock.now)
    let plan = Plan(
      model: model.name, sourceHash: model.sourceHash, parameters: model.parameters,
      states: model.states, draws: model.draws, data: model.data, programs: built.map(\.0),
      report: model.report)
    return (plan, report)
  }

  /// Runs the passes on every program of a model, up to the one at which the options stop.
  ///
  /// - Throws: as `compile`.
  package static func lower(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (programs: [LoweredProgram], report: CompileReport) {
    try options.validate(against: Pipeline.all, required: Pipeline.meaning)
    var passes = Pipeline.all
    if model.precision == .float32 { passes.removeAll { $0.name == precision.name } }
    let start = ContinuousClock.now
    let states = model.states
    let lower = { @Sendable [passes] (graph: Graph) throws -> (LoweredProgram, [PassReport]) in
      var (reference, optimized) = (graph, graph)
      var silent = PassRunner(states: states)
      try silent.run(Pipeline.meaning, on: &reference)
      var runner = PassRunner(options: options, states: states)
      try runner.run(passes, on: &optimized)
      let lowered = LoweredProgram(
        reference: reference.compacted(), optimized: optimized.compacted())
      return (lowered, runner.reports)
    }
    // Dumps of several programs must not mingle.
    let lowered =
      options.dumpAfter == .nothing
      ? try model.programs.concurrentMap(lower) : try model.programs.map(lower)
    var report = CompileReport()
    report.passes = lowered.flatMap(\.1)
    report.duration = start.duration(to: .now)
    return (lowered.map(\.0), report)
  }
}

extension Diagnostic.Message {
  fileprivate static func noPlan(stoppedAfter pass: String) -> Self {
    "a compilation that stops after '\(pass)' yields no plan; print its graphs instead"
  }
}
