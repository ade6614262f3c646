/// A scalar that changes over a run, such as a learning rate or a loss weight.
///
/// The trainer evaluates it before every step and feeds it as an input of the program, so that a resumed run sees
/// exactly the values of an unbroken one.
package struct Schedule: Codable, Sendable, Hashable {
  /// A span of training, in epochs or in iterations.
  package struct Span: Codable, Sendable, Hashable {
    package enum Unit: String, Codable, Sendable { case epochs, iterations }
    package var count: Double
    package var unit: Unit

    package init(_ count: Double, _ unit: Unit) {
      self.count = count
      self.unit = unit
    }

    /// This span in iterations.
    package func iterations(perEpoch: Int) -> Double {
      unit == .epochs ? count * Double(perEpoch) : count
    }
  }

  package enum Rule: Codable, Sendable, Hashable {
    case constant
    /// Multiplied by `factor` each time another `every` has passed (after `from`, when given).
    case step(factor: Double, every: Span, from: Span?)
    /// A straight line from `start` to `to`, which it keeps after `over`.
    case linear(to: Double, over: Span)
  }

  package var start: Double
  package var rule: Rule
  /// Rises from zero in a straight line over this span first.
  package var warmup: Span?

  package init(start: Double, rule: Rule = .constant, warmup: Span? = nil) {
    self.start = start
    self.rule = rule
    self.warmup = warmup
  }

  /// Whether the value depends on how many steps make an epoch.
  package var countsEpochs: Bool {
    let spans: [Span?] =
      switch rule {
      case .constant: [warmup]
      case .step(_, let every, let from): [warmup, every, from]
      case .linear(_, let over): [warmup, over]
      }
    return spans.contains { $0?.unit == .epochs }
  }

  /// The value at the given iteration, counted from zero.
  package func value(iteration: Int, iterationsPerEpoch: Int) -> Double {
    let now = Double(iteration)
    let value: Double
    switch rule {
    case .constant:
      value = start
    case .step(let factor, let every, let from):
      let period = max(every.iterations(perEpoch: iterationsPerEpoch), 1)
      let origin = from?.iterations(perEpoch: iterationsPerEpoch) ?? 0
      var scaled = start
      // Repeated multiplication, not a power: halving stays exact for as long as the exponent lasts.
      for _ in 0..<min(max(Int(((now - origin) / period).rounded(.down)), 0), 4096) {
        scaled *= factor
      }
      value = scaled
    case .linear(let to, let over):
      let span = max(over.iterations(perEpoch: iterationsPerEpoch), 1)
      value = start + (to - start) * min(now / span, 1)
    }
    guard let warmup else { return value }
    let span = max(warmup.iterations(perEpoch: iterationsPerEpoch), 1)
    return value * min((now + 1) / span, 1)
  }
}
