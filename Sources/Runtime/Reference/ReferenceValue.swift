import Plan

/// A row-major tensor whose real elements have the interpreter's number type.
package struct ReferenceValue<Scalar: ReferenceScalar>: Sendable, Hashable {
  package enum Elements: Sendable, Hashable {
    case real([Scalar])
    case int64([Int64])
  }
  package var shape: [Int]
  package var elements: Elements

  package init(shape: [Int], _ elements: [Scalar]) {
    self.shape = shape
    self.elements = .real(elements)
  }

  package init(shape: [Int], integers: [Int64]) {
    self.shape = shape
    self.elements = .int64(integers)
  }

  package init(_ tensor: HostTensor) {
    shape = tensor.shape
    elements =
      switch tensor.elements {
      case .float32(let values): .real(values.map { Scalar($0) })
      case .int64(let values): .int64(values)
      }
  }

  /// The elements as real numbers, whole ones converted.
  package var scalars: [Scalar] {
    switch elements {
    case .real(let values): values
    case .int64(let values): values.map { Scalar($0) }
    }
  }

  /// The same tensor in float32.
  package var host: HostTensor {
    switch elements {
    case .real(let values): HostTensor(shape: shape, values.map { Float($0) })
    case .int64(let values): HostTensor(shape: shape, values)
    }
  }

  init(_ operand: ReferenceOperand<Scalar>) {
    shape = operand.shape
    elements =
      switch operand.element {
      case .float32, .bfloat16:
        .real(StridedMemory.read(operand.scalars, operand.shape, operand.strides))
      case .int64: .int64(StridedMemory.read(operand.integers, operand.shape, operand.strides))
      }
  }

  /// Copies the elements into an operand of the same shape and type.
  func write(to operand: ReferenceOperand<Scalar>, name: String) throws(RuntimeError) {
    let count = operand.shape.reduce(1, *)
    switch elements {
    case .real(let values)
    where operand.element.isReal && shape == operand.shape && values.count == count:
      StridedMemory.write(values, to: operand.scalars, shape, operand.strides)
    case .int64(let values)
    where operand.element == .int64 && shape == operand.shape && values.count == count:
      StridedMemory.write(values, to: operand.integers, shape, operand.strides)
    default:
      throw RuntimeError(
        .invalid,
        "expected '\(name)' of shape \(operand.shape) and type \(operand.element.rawValue), found "
          + "\(shape) with other elements")
    }
  }
}
