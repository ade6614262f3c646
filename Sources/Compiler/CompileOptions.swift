package import GraphIR

/// How a model is compiled.
package struct CompileOptions: Sendable {
  /// After which passes the graph is written to `dump`.
  package enum DumpSelection: Sendable, Hashable {
    case nothing
    /// After every pass that changed it.
    case everyChange
    case pass(String)
  }

  /// The fastest forms of layers beside resampling, where they have been measured; an estimate decides for all others.
  package var resampledForms: [ResampledLayer: ResampledForm] = [:]
  /// What computing tensors again may cost.
  package var recomputation = RecomputationBudget.standard
  /// Passes that are left out.
  package var without: Set<String> = []
  package var dumpAfter = DumpSelection.nothing
  /// Receives the name of a pass and the graph behind it in textual form.
  package var dump: @Sendable (_ pass: String, _ graph: Graph) -> Void = { _, _ in }
  /// The last pass to be run; nil runs all.
  ///
  /// Only `Compiler.lower` may stop: there is no plan before the end.
  package var stopAfter: String?

  package init() {}

  /// Checks that all passes named exist and that those left out may be.
  package func validate() throws(Diagnostic) {
    let known = Pipeline.all.map(\.name)
    var named = without.sorted()
    if case .pass(let name) = dumpAfter { named.append(name) }
    if let stopAfter { named.append(stopAfter) }
    if let unknown = named.first(where: { !known.contains($0) }) {
      throw Diagnostic(.unknownPass(unknown, known))
    }
    if let pass = Pipeline.required.first(where: { without.contains($0.name) }) {
      throw Diagnostic(.requiredPass(pass.name))
    }
  }
}

extension Diagnostic.Message {
  fileprivate static func unknownPass(_ name: String, _ known: [String]) -> Self {
    let suggestion = Suggestion.phrase(for: name, among: known)
    return "there is no pass '\(name)'\(suggestion); there are \(known.joined(separator: ", "))"
  }

  fileprivate static func requiredPass(_ name: String) -> Self {
    let others = Pipeline.optional.joined(separator: ", ")
    return
      "the pass '\(name)' cannot be left out: no program runs without it; those that can are \(others)"
  }
}
