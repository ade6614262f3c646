package import GraphIR
package import Plan

/// Runs passes over a graph: verifies, times and dumps behind each, once for all of them.
package struct PassRunner {
  private let options: CompileOptions
  private let states: [StateDeclaration]
  package private(set) var reports: [PassReport] = []

  package init(options: CompileOptions = CompileOptions(), states: [StateDeclaration] = []) {
    self.options = options
    self.states = states
  }

  /// Runs the passes that the options leave, up to the one at which they stop.
  ///
  /// - Throws: a `Diagnostic` for what the model's author must mend, a `CompilerBug` if a pass breaks the graph.
  package mutating func run(_ passes: [Pass], on graph: inout Graph) throws {
    try Verifier.verify(graph, after: "elaboration", states: states)
    var text = options.dumpAfter == .everyChange ? graph.description : ""
    for pass in passes where !options.without.contains(pass.name) {
      var report = PassReport(pass: pass.name, program: graph.name)
      report.nodesBefore = graph.nodes.count
      report.duration = try ContinuousClock().measure { try pass(&graph, &report) }
      report.nodesAfter = graph.nodes.count
      reports.append(report)
      try Verifier.verify(graph, after: pass.name, states: states)
      dump(graph, after: pass, &text)
      if pass.name == options.stopAfter { return }
    }
  }

  private func dump(_ graph: Graph, after pass: Pass, _ last: inout String) {
    switch options.dumpAfter {
    case .nothing: return
    case .pass(let name):
      if name == pass.name { options.dump(pass.name, graph) }
    case .everyChange:
      let text = graph.description
      if text != last { options.dump(pass.name, graph) }
      last = text
    }
  }
}

extension Graph {
  /// The graph behind some passes, verified behind each; for tests of their identities.
  ///
  ///     let optimized = try graph.applying([decomposition, simplification])
  package func applying(_ passes: [Pass]) throws -> Graph {
    var graph = self
    var runner = PassRunner()
    try runner.run(passes, on: &graph)
    return graph
  }
}
