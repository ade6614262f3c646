package import GraphIR
package import Operators
import Plan

/// The gradient of a convolution's weight and the tile that alone reads it: an optimiser's update.
///
/// ```
/// %9, %10, %11 = weight_update(%x, %dy, %m, %v, %w, %lr) kernel: [4, 4], gradient: 1, extent: […], body: "load 0 …; load 1 …"
/// ```
///
/// Operands are the image and the result's gradient, then those of the tile but for the weight's gradient, which is the
/// tile's input `gradient`. Only a pass makes such nodes.
package struct WeightUpdate: Operator {
  package static let name = "weight_update"

  package var gradient: Conv2DWeightGradient
  package var tile: FusedTile
  /// Which input of the tile the gradient is.
  package var gradientInput: Int

  package init(gradient: Conv2DWeightGradient, tile: FusedTile, gradientInput: Int) {
    self.gradient = gradient
    self.tile = tile
    self.gradientInput = gradientInput
  }

  // MARK: Attributes

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    gradient = try Conv2DWeightGradient(&attributes)
    gradientInput = try attributes.int("gradient", "the tile's input that is the gradient")
    tile = try FusedTile(&attributes)
  }

  package var attributes: [Attribute] {
    gradient.attributes + [Attribute("gradient", .integer(gradientInput))] + tile.attributes
  }

  // MARK: Shape

  package var arity: Arity {
    .exactly((tile.loads.map(\.input).max() ?? gradientInput) + 2)
  }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let gradient = try gradient.outputTypes(Array(inputs[..<2]))
    var operands = Array(inputs[2...])
    operands.insert(contentsOf: gradient, at: gradientInput)
    return try tile.outputTypes(operands)
  }

  // MARK: Operands

  /// The weight's type, given those of all operands.
  func gradientType(_ inputs: [TensorType]) -> TensorType {
    TensorType(
      .float32, [inputs[1].shape[1], inputs[0].shape[1] / gradient.window.groups] + gradient.kernel)
  }

  /// The tile's operands, given those of the node and the gradient.
  func tileInputs<Operand>(of inputs: [Operand], gradient: Operand) -> [Operand] {
    var operands = Array(inputs[2...])
    operands.insert(gradient, at: gradientInput)
    return operands
  }
}
