import Compiler
import GraphIR
import Plan
import Runtime

/// What `planform compile --tune` tries and finds.
struct TuningReport {
  private var findings: [ConvolutionTuner.Finding] = []
  private var layers: [ResampledTuner.Finding] = []

  /// The fastest form of every layer beside resampling; a line to standard error for each that was timed.
  mutating func forms(
    of model: Model, showsProgress: Bool
  ) throws -> [ResampledLayer: ResampledForm] {
    layers = try ResampledTuner().findings(of: model) { finding in
      if showsProgress { Terminal.printError("tuning: \(Self.line(finding))") }
    }
    return Dictionary(uniqueKeysWithValues: layers.map { ($0.layer, $0.times[0].form) })
  }

  /// The tuned plan; a line to standard error for every convolution that was timed.
  mutating func tune(_ plan: Plan, showsProgress: Bool) throws(RuntimeError) -> Plan {
    var tuner = ConvolutionTuner()
    var found: [ConvolutionTuner.Finding] = []
    let tuned = try tuner.tune(plan) { finding in
      found.append(finding)
      if showsProgress { Terminal.printError("tuning: \(Self.line(finding))") }
    }
    findings = found
    return tuned
  }

  /// What the measurements changed.
  func print() {
    let changes = findings.filter { $0.chosen != $0.planned }
    let saved = changes.reduce(0.0) {
      $0 + $1.milliseconds($1.planned) - $1.milliseconds($1.chosen)
    }
    Swift.print(
      "\n\(Terminal.heading("tuning"))\n  \(Quantity.count(findings.count, "kind")) of convolution "
        + "timed; \(changes.count) computed otherwise than planned, saving "
        + "\(Quantity.decimal(saved, digits: 1)) ms where each occurs once")
    guard !layers.isEmpty else { return }
    let others = layers.count { $0.times[0].form != $0.planned }
    Swift.print(
      "  \(Quantity.count(layers.count, "kind")) of layer beside resampling timed; \(others) computed "
        + "in another form than planned")
  }

  private static func line(_ finding: ResampledTuner.Finding) -> String {
    let times = finding.times.map {
      "\($0.form.rawValue) \(Quantity.decimal($0.milliseconds, digits: 2)) ms"
    }
    return "\(finding.layer): \(times.joined(separator: ", "))"
  }

  private static func line(_ finding: ConvolutionTuner.Finding) -> String {
    let times = finding.times.map {
      "\($0.algorithm.rawValue) \(Quantity.decimal($0.milliseconds, digits: 2)) ms"
    }
    return "\(finding.label): \(times.joined(separator: ", "))"
  }
}
