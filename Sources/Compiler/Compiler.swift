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

  /// Compiles every program of a model into one plan.
  ///
  /// - Throws: a `Diagnostic` for what the model's author must mend, a `CompilerBug` if a pass breaks a graph.
  package static func compile(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (plan: Plan, report: CompileReport) {
    var (lowered, report) = try lower(model, options: options)
    let builder = PlanBuilder(states: model.states)
    var programs = [Program]()
    report.planning = try ContinuousClock().measure {
      for program in lowered {
        programs.append(try builder.program(program.optimized, reference: program.reference))
      }
    }
    try options.memoryLimit?.check(programs, states: model.states)
    let plan = Plan(
      model: model.name, sourceHash: model.sourceHash, parameters: model.parameters,
      states: model.states, data: model.data, programs: programs, report: model.report)
    return (plan, report)
  }

  /// Runs the passes on every program of a model.
  ///
  /// - Throws: a `Diagnostic` for what the model's author must mend, a `CompilerBug` if a pass breaks a graph.
  package static func lower(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (programs: [LoweredProgram], report: CompileReport) {
    try options.validate(against: Pipeline.all, required: Pipeline.meaning)
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
