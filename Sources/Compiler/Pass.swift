package import GraphIR

/// One step of the compiler: a name, a sentence, and a function from graph to graph.
///
/// A pass must leave a graph that the verifier accepts and that computes the same outputs and states. What it did, and
/// what it could not do, it tells the report.
package struct Pass: Sendable {
  package typealias Body = @Sendable (inout Graph, inout PassReport) throws(Diagnostic) -> Void

  /// The name on the command line, in kebab-case.
  package let name: String
  /// What it does, in one sentence, for `planform compile` and for people.
  package let documentation: String
  private let body: Body

  package init(_ name: String, _ documentation: String, _ body: @escaping Body) {
    self.name = name
    self.documentation = documentation
    self.body = body
  }

  /// Transforms the graph without verifying it; `Pipeline.run` is the driver that does.
  package func callAsFunction(
    _ graph: inout Graph, _ report: inout PassReport
  ) throws(Diagnostic) {
    try body(&graph, &report)
  }
}
