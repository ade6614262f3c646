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

extension ScheduleSyntax {
  /// The schedule with its expressions evaluated.
  package func schedule(
    evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> Schedule {
    var schedule = Schedule(start: try evaluating(start).double)
    switch rule {
    case .constant: break
    case .step(let factor, let every, let from):
      var start: Schedule.Span?
      if let from { start = try from.span(evaluating) }
      var multiplier = 0.5
      if let factor { multiplier = try evaluating(factor).double }
      schedule.rule = .step(
        factor: multiplier, every: try every.positiveSpan(evaluating), from: start)
    case .linear(let to, let over):
      schedule.rule = .linear(
        to: try evaluating(to).double, over: try over.positiveSpan(evaluating))
    }
    if let warmup { schedule.warmup = try warmup.positiveSpan(evaluating) }
    return schedule
  }
}

extension ScheduleSyntax.Span {
  fileprivate func span(
    _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> Schedule.Span {
    let count = try evaluating(count).double
    guard count >= 0 else {
      throw Diagnostic(.negativeSpan(count, unit), at: self.count.location)
    }
    return Schedule.Span(count, unit)
  }

  fileprivate func positiveSpan(
    _ evaluating: (Expression) throws(Diagnostic) -> Number
  ) throws(Diagnostic) -> Schedule.Span {
    let span = try span(evaluating)
    guard span.count > 0 else { throw Diagnostic(.emptySpan(unit), at: count.location) }
    return span
  }
}

extension Diagnostic.Message {
  fileprivate static func negativeSpan(_ count: Double, _ unit: Schedule.Span.Unit) -> Self {
    "a span cannot be negative, found \(Number(count)) \(unit.rawValue)"
  }

  fileprivate static func emptySpan(_ unit: Schedule.Span.Unit) -> Self {
    "a span of a schedule must be longer than 0 \(unit.rawValue)"
  }
}
