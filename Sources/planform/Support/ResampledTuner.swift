import Compiler
import GraphIR
import Plan
import Runtime

/// Times convolutions beside resampling in every form that they can be written in.
///
/// A form is a choice between graphs, so that each is compiled, alone with its gradients, and all of its calls are timed.
struct ResampledTuner {
  /// What was found about one layer.
  struct Finding {
    var layer: ResampledLayer
    /// What the estimate says.
    var planned: ResampledForm
    /// Milliseconds of all forms, the fastest first.
    var times: [(form: ResampledForm, milliseconds: Double)]
  }

  private let iterations = 3

  /// Times all layers of a model; those of equal shapes once.
  ///
  /// - Parameter report: receives what was found, as it is found.
  func findings(of model: Model, report: (Finding) -> Void) throws -> [Finding] {
    var seen: Set<ResampledLayer> = []
    let layers = try Compiler.resampledLayers(of: model).filter { seen.insert($0).inserted }
    return try layers.map { layer in
      let times = try layer.forms.map { ($0, try milliseconds(layer, $0)) }
      let finding = Finding(
        layer: layer, planned: layer.estimatedForm, times: times.sorted { $0.1 < $1.1 })
      report(finding)
      return finding
    }
  }

  /// Milliseconds of a run of the layer, each of its convolutions computed by the fastest algorithm.
  private func milliseconds(_ layer: ResampledLayer, _ form: ResampledForm) throws -> Double {
    let trial = try layer.trial()
    let model = Model(
      name: "trial", sourceHash: "", parameters: [:], states: [], programs: [trial], data: [],
      report: [], networks: [], precision: layer.precision)
    var options = CompileOptions()
    options.resampledForms = [layer: form]
    var tuner = ConvolutionTuner()
    let plan = try tuner.tune(Compiler.compile(model, options: options).plan) { _ in }
    let bound = try Session(plan: plan, seed: 0).bind(trial.name)
    for input in plan.programs[0].inputs {
      try bound.inputBuffer(input.name).bindMemory(to: Float.self).initialize(repeating: 1)
    }
    return try bound.profile(RunContext(seed: 0, step: 0), iterations: iterations).milliseconds
  }
}
