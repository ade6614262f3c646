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
    let start = ContinuousClock.now
    let builder = PlanBuilder(states: model.states)
    // A reference is placed while another core still optimises.
    let built = try mapSides(of: model, options) { try $0.built(by: builder) }
    var report = CompileReport()
    var programs: [Program] = []
    for part in built {
      switch part {
      case .program(let program, let reports):
        programs.append(program)
        report.passes += reports
      case .reference(let reference): programs[programs.count - 1].reference = reference
      }
    }
    report.duration = start.duration(to: .now)
    let plan = Plan(
      model: model.name, sourceHash: model.sourceHash, parameters: model.parameters,
      states: model.states, draws: model.draws, data: model.data, programs: programs,
      report: model.report)
    return (plan, report)
  }

  /// Compiles within a limit of memory, if there is one: tensors are computed again for no more time than that takes.
  ///
  /// - Returns: the plan that needs the least memory, if none keeps within the limit.
  /// - Throws: as without a limit.
  package static func compile(
    _ model: Model, options: CompileOptions, within limit: MemoryLimit?
  ) throws -> (plan: Plan, report: CompileReport) {
    let plain = try compile(model, options: options)
    guard let limit, !limit.holds(plain.plan) else { return plain }
    var options = options
    // Whether there is a way at all comes first.
    options.recomputation = .greatest
    let smallest = try compile(model, options: options)
    guard limit.holds(smallest.plan) else { return smallest }
    for budget in RecomputationBudget.rising.dropLast() {
      options.recomputation = budget
      let compiled = try compile(model, options: options)
      if limit.holds(compiled.plan) { return compiled }
    }
    return smallest
  }

  /// Runs the passes on every program of a model, up to the one at which the options stop.
  ///
  /// - Throws: as `compile`.
  package static func lower(
    _ model: Model, options: CompileOptions = CompileOptions()
  ) throws -> (programs: [LoweredProgram], report: CompileReport) {
    let start = ContinuousClock.now
    let lowered = try mapSides(of: model, options) { try $0.lowered() }
    var report = CompileReport()
    var programs: [LoweredProgram] = []
    for place in stride(from: 0, to: lowered.count, by: 2) {
      report.passes += lowered[place].reports
      programs.append(
        LoweredProgram(reference: lowered[place + 1].graph, optimized: lowered[place].graph))
    }
    report.duration = start.duration(to: .now)
    return (programs, report)
  }

  /// The layers of a model's programs that can be written in several forms; equal ones as often as they occur.
  package static func resampledLayers(of model: Model) throws -> [ResampledLayer] {
    let passes = Pipeline.rewriting.prefix { $0.name != resampledConvolution.name }
    return try model.programsWithPrecision.flatMap { graph in
      try graph.applying(Array(passes)).resampledLayers
    }
  }

  /// Works on both sides of every program, the optimised one first.
  ///
  /// The two have nothing to do with each other, and one of them is most of the work.
  private static func mapSides<Result: Sendable>(
    of model: Model, _ options: CompileOptions, _ work: @escaping @Sendable (Side) throws -> Result
  ) throws -> [Result] {
    try options.validate()
    var passes = Pipeline.all
    if model.precision == .float32 { passes.removeAll { $0.name == precision.name } }
    let forms = options.resampledForms
    for adapted in [
      .resampledConvolution { forms[$0] }, Pass.chainRecomputation(within: options.recomputation),
    ] {
      guard let index = passes.firstIndex(where: { $0.name == adapted.name }) else { continue }
      passes[index] = adapted
    }
    let sides = model.programsWithPrecision.flatMap { graph in
      [
        Side(
          graph: graph, passes: passes, options: options, states: model.states, isReference: false),
        Side(
          graph: graph, passes: Pipeline.meaning, options: CompileOptions(), states: model.states,
          isReference: true),
      ]
    }
    // Dumps of several programs must not mingle.
    return options.dumpAfter == .nothing ? try sides.concurrentMap(work) : try sides.map(work)
  }
}

extension Model {
  /// The programs, each of which knows how its images are going to be stored.
  fileprivate var programsWithPrecision: [Graph] {
    programs.map { program in
      var graph = program
      graph.precision = precision
      return graph
    }
  }
}

/// A program on the way to one of its two forms.
private struct Side: Sendable {
  let graph: Graph
  let passes: [Pass]
  let options: CompileOptions
  let states: [StateDeclaration]
  let isReference: Bool

  enum Built: Sendable {
    case program(Program, [PassReport])
    case reference(ReferenceProgram)
  }

  func lowered() throws -> (graph: Graph, reports: [PassReport]) {
    var graph = graph
    var runner = PassRunner(options: options, states: states)
    try runner.run(passes, on: &graph)
    return (graph.compacted(), runner.reports)
  }

  func built(by builder: PlanBuilder) throws -> Built {
    let (graph, reports) = try lowered()
    if isReference { return .reference(try builder.reference(graph)) }
    var step = PassReport(pass: "plan-building", program: graph.name)
    step.nodesBefore = graph.nodes.count
    step.nodesAfter = step.nodesBefore
    let start = ContinuousClock.now
    let program = try builder.program(graph, reference: nil)
    step.duration = start.duration(to: .now)
    return .program(program, reports + [step])
  }
}

extension Diagnostic.Message {
  fileprivate static func noPlan(stoppedAfter pass: String) -> Self {
    "a compilation that stops after '\(pass)' yields no plan; print its graphs instead"
  }
}
