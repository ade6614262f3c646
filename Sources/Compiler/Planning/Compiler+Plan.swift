package import GraphIR
package import Plan

extension Compiler {
  /// Compiles a model into a plan.
  ///
  /// - Parameters:
  ///   - memoryLimit: the bytes that states and the largest arena may take together; nil for any number.
  ///   - withReference: whether the plan holds the unoptimised programs too, for the reference interpreter.
  /// - Throws: a `Diagnostic` for what the model's author must mend, a `CompilerBug` for a mistake of the compiler.
  package static func compile(
    _ model: Model, options: CompileOptions = CompileOptions(), memoryLimit: MemoryLimit? = nil,
    withReference: Bool = true
  ) throws -> (plan: Plan, report: CompileReport) {
    let (lowered, report) = try lower(model, options: options)
    let builder = PlanBuilder(states: model.states)
    let programs = try lowered.map { program in
      try builder.program(
        program.optimized, reference: withReference ? program.reference : nil)
    }
    try memoryLimit?.check(programs, states: model.states)
    let plan = Plan(
      model: model.name, sourceHash: model.sourceHash, parameters: model.parameters,
      states: model.states, data: model.data, programs: programs, report: model.report)
    return (plan, report)
  }
}
