package import GraphIR
import Plan

/// Adaptive instance normalisation, `y = (1 + γ) · IN(x) + β`, with γ and β from outside, as StarGAN v2 has it.
///
/// ```yaml
/// - ada_in: { from: [features, style.gamma, style.beta] }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x, y | N×C×H×W |
/// | gamma, beta | N×C or N×C×1×1 |
package struct AdaIN: CompositeOperator, NetworkOperator {
  package static let name = "ada_in"
  package static let summary = "(1 + gamma) · instance_norm(x) + beta"
  package static let category = Category.normalization
  package static let ports = ["x", "gamma", "beta"]

  package var eps: Double

  // MARK: Attributes
  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    eps = try attributes.number("eps", default: 1e-5, "added to the variance")
  }

  package var attributes: [Attribute] { [Attribute("eps", .real(eps))] }

  // MARK: Shape
  package var arity: Arity { .exactly(3) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let output = try InstanceNorm(eps: eps).outputTypes([inputs[0]])[0]
    let rows = Array(output.shape.prefix(2))
    for style in inputs.dropFirst() where style.shape != rows && style.shape != rows + [1, 1] {
      throw Diagnostic(.wrongStyle(style, rows))
    }
    return [output]
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let normalized = try graph.append(InstanceNorm(eps: eps), [inputs[0]])[0]
    let shape = graph.shape(of: inputs[0]).prefix(2) + [1, 1]
    let gamma = try graph.reshape(inputs[1], to: Array(shape))
    let beta = try graph.reshape(inputs[2], to: Array(shape))
    return [try graph.add(graph.multiply(normalized, graph.add(gamma, 1)), beta)]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongStyle(_ style: TensorType, _ rows: [Int]) -> Self {
    "ada_in: gamma and beta must be \(TensorType(.float32, rows)), one number a channel, got \(style)"
  }
}
