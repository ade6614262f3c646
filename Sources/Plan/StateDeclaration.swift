/// One tensor that outlives a step: its name, shape, purpose and first value.
package struct StateDeclaration: Codable, Sendable, Hashable {
  /// What a state tensor is for.
  package enum Role: String, Codable, Sendable {
    /// A weight that an optimiser may update.
    case parameter
    /// A running statistic, updated by the forward pass.
    case statistic
    /// An optimiser's memory, such as Adam's moments and step counter.
    case slot
    /// A moving average of a parameter or a statistic.
    case average
  }

  /// `network/path.of.nodes.weight`; slots are `optimizers/NAME/network/path.weight/m`.
  package var name: String
  package var element: ElementType
  /// Logical shape (weights O, I, H, W and [out, in]); memory is laid out by `Layout.strides`.
  package var shape: [Int]
  package var role: Role
  package var initializer: Initializer

  package init(
    name: String, element: ElementType = .float32, shape: [Int], role: Role,
    initializer: Initializer
  ) {
    self.name = name
    self.element = element
    self.shape = shape
    self.role = role
    self.initializer = initializer
  }
}

/// The first value of a state tensor.
///
/// Schemes that depend on fan-in or fan-out (Kaiming, Xavier, PyTorch's defaults) are resolved into these at compile
/// time, so that the runtime draws numbers and knows no scheme.
package enum Initializer: Codable, Sendable, Hashable {
  case constant(Double)
  case normal(mean: Double, std: Double)
  /// A normal distribution redrawn beyond two standard deviations, as TensorFlow's `truncated_normal`.
  case truncatedNormal(mean: Double, std: Double)
  case uniform(low: Double, high: Double)
  /// Rows (or columns, whichever are fewer) orthonormal, times `gain`.
  case orthogonal(gain: Double)
  /// The first value of another state, for moving averages that start as copies.
  case copy(of: String)
}
