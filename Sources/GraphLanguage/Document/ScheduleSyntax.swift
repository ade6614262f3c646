package import GraphIR
package import Plan

/// A number that may change over a run, as written: `2e-4`, or
/// `{start: 2e-4, halve_every: 100 epochs, from: 600 epochs, warmup: 5 epochs}`.
package struct ScheduleSyntax: Sendable {
  /// `100 epochs`, `ds_steps iterations`.
  package struct Span: Sendable {
    package var count: Expression
    package var unit: Schedule.Span.Unit
  }

  package enum Rule: Sendable {
    case constant
    case step(factor: Expression?, every: Span, from: Span?)
    case linear(to: Expression, over: Span)
  }

  package var location: SourceLocation
  package var start: Expression
  package var rule: Rule
  package var warmup: Span?
}
