package import GraphIR
import Plan

/// Zeroes elements at random in training and scales the rest up, so that the mean stays: `y = x · mask / (1 - p)`.
///
/// ```yaml
/// - dropout: { p: 0.5 }
/// ```
///
/// In `mode: eval` it passes x on.
package struct Dropout: CompositeOperator, NetworkOperator {
  package static let name = "dropout"
  package static let summary = "x · mask / (1 - p), mask 0 with probability p"
  package static let category = Category.random

  private let probability: Double
  private let isTraining: Bool

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    probability = try attributes.number("p", default: 0.5, "how often an element is zeroed")
    isTraining =
      try attributes.choice(
        "mode", among: ["train", "eval"], default: "train", "whether anything is zeroed") == "train"
    guard 0..<1 ~= probability else { throw Diagnostic(.notAProbability(probability)) }
  }

  package var attributes: [Attribute] {
    [Attribute("p", .real(probability)), Attribute("mode", .text(isTraining ? "train" : "eval"))]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try inputs[0].requireFloats(for: name)
    return [inputs[0]]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    guard isTraining else { return inputs }
    let draw = Bernoulli(shape: graph.shape(of: inputs[0]), probability: 1 - probability)
    let mask = try graph.multiply(graph.apply(draw), 1 / (1 - probability))
    return [try graph.multiply(inputs[0], mask)]
  }
}

extension Diagnostic.Message {
  fileprivate static func notAProbability(_ probability: Double) -> Self {
    "dropout: 'p' must be at least 0 and less than 1, got \(probability)"
  }
}
