package import GraphIR
import Plan

/// A fully connected layer, `y = x·wᵀ + b`.
///
/// ```yaml
/// - linear: { features: 256, bias: false }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×…×I |
/// | weight | `features`×I |
/// | bias | `features` |
/// | y | N×…×`features` |
package struct Linear: CompositeOperator, NetworkOperator {
  package static let name = "linear"
  package static let summary = "x·wᵀ + b"
  package static let category = Category.linear

  package var features: Int
  package var hasBias: Bool

  // MARK: Attributes
  package init(features: Int, hasBias: Bool = true) {
    self.features = features
    self.hasBias = hasBias
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    features = try attributes.int("features", "how many numbers a row of the result has")
    hasBias = try attributes.bool("bias", default: true, "whether a number is added per feature")
    guard features > 0 else { throw Diagnostic(.noFeatures(features)) }
  }

  package var attributes: [Attribute] {
    [Attribute("features", .integer(features)), Attribute("bias", .bool(hasBias))]
  }

  package func parameters(
    _ inputs: [TensorType]
  ) throws(Diagnostic) -> [ParameterDeclaration] {
    let width = try width(of: inputs[0])
    let weight = ParameterDeclaration(
      "weight", [features, width], initializer: .uniform(fanIn: width), fanIn: width,
      fanOut: features)
    let bias = ParameterDeclaration(
      "bias", [features], initializer: .uniform(fanIn: width), fanIn: width, fanOut: features)
    return hasBias ? [weight, bias] : [weight]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(hasBias ? 3 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let width = try width(of: inputs[0])
    guard inputs[1].shape == [features, width] else {
      throw Diagnostic(.wrongWeight(inputs[1], wanted: [features, width]))
    }
    guard !hasBias || inputs[2].shape == [features] else {
      throw Diagnostic(.wrongBias(inputs[2], features: features))
    }
    return [TensorType(.float32, inputs[0].shape.dropLast() + [features])]
  }

  private func width(of input: TensorType) throws(Diagnostic) -> Int {
    try input.requireFloats(for: name)
    guard input.rank >= 2, let width = input.shape.last else {
      throw Diagnostic(.rankTooLow(input))
    }
    return width
  }

  // MARK: Lowering
  package func expand(_ inputs: [Value], in graph: inout Graph) throws(Diagnostic) -> [Value] {
    let shape = graph.shape(of: inputs[0])
    let rows = shape.dropLast().reduce(1, *)
    let matrix = try graph.reshape(inputs[0], to: [rows] + shape.suffix(1))
    let product = Matmul(transposesRight: true, hasBias: hasBias)
    let result = try graph.append(product, [matrix] + inputs.dropFirst())[0]
    return [try graph.reshape(result, to: shape.dropLast() + [features])]
  }
}

extension Diagnostic.Message {
  fileprivate static func noFeatures(_ features: Int) -> Self {
    "linear: 'features' must be at least 1, got \(features)"
  }

  fileprivate static func rankTooLow(_ input: TensorType) -> Self {
    "linear wants a batch of rows (N×…×I), got \(input)"
  }

  fileprivate static func wrongWeight(_ weight: TensorType, wanted: [Int]) -> Self {
    "linear: the weight must be \(TensorType(.float32, wanted)), got \(weight)"
  }

  fileprivate static func wrongBias(_ bias: TensorType, features: Int) -> Self {
    "linear: the bias must be f32[\(features)], got \(bias)"
  }
}
