import Foundation
import GraphIR
import Plan

/// The arithmetic of Adam, which `adam` and `adamw` share.
struct AdamUpdate: Sendable {
  /// Where ε is added: to √v̂, corrected, as in PyTorch, or to √v, as in the paper's "epsilon hat" and TensorFlow.
  enum Epsilon: String, Sendable, CaseIterable { case standard, hat }

  var betas: [Double]
  var eps: Double
  var epsilon: Epsilon
  var weightDecay: Double
  /// Whether the decay shrinks the parameter itself (AdamW) and not the gradient (L2).
  var isDecoupled: Bool

  init(
    readingFrom attributes: inout AttributeReader, weightDecay standard: Double
  ) throws(Diagnostic) {
    betas = try attributes.numbers(
      "betas", count: 2, default: [0.9, 0.999], "how slowly mean and square of gradients move")
    eps = try attributes.number("eps", default: 1e-8, "added below the line")
    let place = try attributes.choice(
      "epsilon", among: Epsilon.allCases.map(\.rawValue), default: Epsilon.standard.rawValue,
      "whether eps is added to the corrected root (standard) or to the raw one (hat)")
    epsilon = Epsilon(rawValue: place) ?? .standard
    weightDecay = try attributes.number("weight_decay", default: standard, "pull towards zero")
    isDecoupled = false
    guard betas.allSatisfy({ 0..<1 ~= $0 }) else { throw Diagnostic(.wrongBetas(betas)) }
  }

  var attributes: [Attribute] {
    [
      Attribute("betas", .list(betas.map { .real($0) })), Attribute("eps", .real(eps)),
      Attribute("epsilon", .text(epsilon.rawValue)),
      Attribute("weight_decay", .real(weightDecay)),
    ]
  }

  /// Without a first β, m is the gradient itself and need not be remembered.
  var keepsMean: Bool { betas[0] != 0 }

  func slots(for parameter: TensorType) -> [ParameterDeclaration] {
    (keepsMean ? ["m", "v"] : ["v"]).map {
      ParameterDeclaration($0, parameter.shape, initializer: .constant(0), role: .slot)
    }
  }

  /// The new parameter and the new slots; everything that does not depend on the element is computed on scalars.
  func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    var (parameter, gradient) = (inputs[0], inputs[1])
    let (rate, step) = (inputs[2], inputs[3])
    if weightDecay != 0 && isDecoupled {
      let shrink = try graph.subtract(graph.constant(1), graph.multiply(rate, weightDecay))
      parameter = try graph.multiply(parameter, shrink)
    } else if weightDecay != 0 {
      gradient = try graph.add(gradient, graph.multiply(parameter, weightDecay))
    }
    let mean =
      keepsMean
      ? try movingAverage(inputs[4], gradient, decay: betas[0], in: &graph) : gradient
    let square = try movingAverage(
      inputs[inputs.count - 1], graph.square(gradient), decay: betas[1], in: &graph)
    let size = try stepSize(rate: rate, step: step, in: &graph)
    let deviation = try denominator(of: square, step: step, in: &graph)
    let change = try graph.divide(graph.multiply(mean, size), deviation)
    let updated = try graph.subtract(parameter, change)
    return keepsMean ? [updated, mean, square] : [updated, square]
  }

  /// `lr / (1 - β₁ᵗ)`, times √(1 - β₂ᵗ) where ε is added to the raw root.
  private func stepSize(
    rate: Value, step: Value, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    var size = rate
    if let correction = try correction(betas[0], step: step, in: &graph) {
      size = try graph.divide(size, correction)
    }
    if epsilon == .hat, let correction = try correction(betas[1], step: step, in: &graph) {
      size = try graph.multiply(size, graph.sqrt(correction))
    }
    return size
  }

  /// `√v̂ + ε`, or `√v + ε` for epsilon hat.
  private func denominator(
    of square: Value, step: Value, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    var root = try graph.sqrt(square)
    if epsilon == .standard, let correction = try correction(betas[1], step: step, in: &graph) {
      root = try graph.multiply(root, graph.rsqrt(correction))
    }
    return try graph.add(root, eps)
  }

  /// `1 - βᵗ`; nil where it is 1.
  ///
  /// As 2u / (1 + u) with u = tanh(-½ t ln β), the same number: in float32 the difference itself would lose four
  /// digits at the first steps, where βᵗ is close to 1.
  private func correction(
    _ beta: Double, step: Value, in graph: inout Graph
  ) throws(Diagnostic) -> Value? {
    guard beta != 0 else { return nil }
    let u = try graph.tanh(graph.multiply(step, -0.5 * log(beta)))
    return try graph.divide(graph.multiply(u, 2), graph.add(u, 1))
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongBetas(_ betas: [Double]) -> Self {
    "'betas' must be at least 0 and less than 1, got \(betas)"
  }
}
