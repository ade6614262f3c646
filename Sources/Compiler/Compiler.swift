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
    var programs = [Program]()
    for graphs in lowered {
      var step = PassReport(pass: "plan-building", program: graphs.optimized.name)
      step.nodesBefore = graphs.optimized.nodes.count
      step.nodesAfter = step.nodesBefore
      step.duration = try clock.measure {
        programs.append(try builder.program(graphs.optimized, reference: graphs.reference))
      }
      report.passes.append(step)
    }
    try options.memoryLimit?.check(programs, states: model.states)
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
    try options.validate(against: Pipeline.all, required: Pipeline.meaning)
    var options = options
    if model.precision == .float32 { options.without.insert(precision.name) }
    var report = CompileReport()
    var programs = [LoweredProgram]()
    report.duration = try ContinuousClock().measure {
      for graph in model.programs {
        var (reference, optimized) = (graph, graph)
        var silent = PassRunner(states: model.states)
        try silent.run(Pipeline.meaning, on: &reference)
        var runner = PassRunner(options: options, states: model.states)
        try runner.run(Pipeline.all, on: &optimized)
        report.passes += runner.reports
        programs.append(
          LoweredProgram(reference: reference.compacted(), optimized: optimized.compacted()))
      }
    }
    return (programs, report)
  }
}

extension Diagnostic.Message {
  fileprivate static func noPlan(stoppedAfter pass: String) -> Self {
    "a compilation that stops after '\(pass)' yields no plan; print its graphs instead"
  }
}
