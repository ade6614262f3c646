package import GraphIR
import Plan

/// A tensor whose elements are all `value`; a scalar unless a shape is given.
///
/// ```yaml
/// - constant: { value: 0.5, shape: [batch, 1] }
/// ```
package struct Constant: ElementwiseOperator, GradientStop, NetworkOperator {
  package static let name = "constant"
  package static let summary = "a tensor of equal elements"
  package static let category = Category.arithmetic
  package static let ports: [String] = []

  package var value: Double
  package var shape: [Int]

  // MARK: Attributes
  package init(_ value: Double, shape: [Int] = []) {
    self.value = value
    self.shape = shape
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    value = try attributes.number("value", "what every element is")
    shape = try attributes.ints("shape", default: [], "all extents; none for a scalar")
  }

  package var attributes: [Attribute] {
    [Attribute("value", .real(value))]
      + (shape.isEmpty ? [] : [Attribute("shape", .integers(shape))])
  }

  // MARK: Shape
  package var arity: Arity { .exactly(0) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try requirePositive(shape, for: name)
    return [TensorType(.float32, shape)]
  }

  // MARK: Lowering
  package func emit(_ operands: [TileRegister], into body: inout TileBody) -> [TileRegister] {
    [body.constant(value)]
  }
}
