package import Runtime

/// One line of a weight map: a name of ours, a name of theirs, and how the tensors differ.
package struct WeightRule: Sendable, Hashable {
  /// New shapes for a tensor, one for each direction.
  ///
  /// As in ONNX, 0 keeps the extent at that place and -1 takes what is left.
  package struct Reshape: Sendable, Hashable {
    package var toOurs: [Int]
    package var toTheirs: [Int]

    package init(toOurs: [Int], toTheirs: [Int]) {
      self.toOurs = toOurs
      self.toTheirs = toTheirs
    }
  }

  package let ours: WeightPattern
  package let theirs: WeightPattern
  /// Axis k of ours is axis `transpose[k]` of theirs; empty leaves the order as it is.
  package let transpose: [Int]
  /// Applied to their tensor after the transposition, and undone before it.
  package let reshape: Reshape?

  /// Checks that the rule can be followed in both directions.
  package init(
    ours: String, theirs: String, transpose: [Int] = [], reshape: Reshape? = nil
  ) throws(RuntimeError) {
    self.ours = try WeightPattern(ours)
    self.theirs = try WeightPattern(theirs)
    self.transpose = transpose
    self.reshape = reshape
    guard self.ours.partNames == self.theirs.partNames,
      self.ours.wildcardCount == self.theirs.wildcardCount
    else {
      throw RuntimeError(
        .invalid,
        "rule '\(ours): \(theirs)': expected the same names in braces and as many '*' on both sides"
      )
    }
    guard transpose.sorted() == Array(transpose.indices) else {
      throw RuntimeError(
        .invalid,
        "rule '\(ours): \(theirs)': transpose must list each axis once, as in [1, 0], found "
          + "\(transpose)")
    }
  }

  /// Our tensor from theirs.
  package func imported(_ tensor: HostTensor) throws(RuntimeError) -> HostTensor {
    let turned = try transposed(tensor, by: transpose)
    return try reshape.map { pair throws(RuntimeError) in
      try reshaped(turned, to: pair.toOurs)
    } ?? turned
  }

  /// Their tensor from ours.
  package func exported(_ tensor: HostTensor) throws(RuntimeError) -> HostTensor {
    let shaped =
      try reshape.map { pair throws(RuntimeError) in
        try reshaped(tensor, to: pair.toTheirs)
      } ?? tensor
    let inverse = transpose.indices.sorted { transpose[$0] < transpose[$1] }
    return try transposed(shaped, by: inverse)
  }

  // MARK: Steps

  private func transposed(
    _ tensor: HostTensor, by order: [Int]
  ) throws(RuntimeError) -> HostTensor {
    guard !order.isEmpty else { return tensor }
    guard order.count == tensor.shape.count else {
      throw RuntimeError(
        .invalid,
        "rule '\(ours): \(theirs)': transpose \(transpose) needs a tensor with \(order.count) axes, "
          + "found shape \(tensor.shape)")
    }
    return tensor.transposed(by: order)
  }

  private func reshaped(
    _ tensor: HostTensor, to target: [Int]
  ) throws(RuntimeError) -> HostTensor {
    var shape = target.enumerated().map { axis, extent in
      extent == 0 && axis < tensor.shape.count ? tensor.shape[axis] : extent
    }
    if let open = shape.firstIndex(of: -1) {
      let rest = shape.enumerated().reduce(1) { $1.offset == open ? $0 : $0 * max(0, $1.element) }
      shape[open] = rest > 0 ? tensor.count / rest : 0
    }
    let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: max(0, $1)).partialValue }
    guard count == tensor.count, shape.allSatisfy({ $0 >= 0 }) else {
      throw RuntimeError(
        .invalid,
        "rule '\(ours): \(theirs)': a tensor of shape \(tensor.shape) cannot be reshaped to \(target)"
      )
    }
    var result = tensor
    result.shape = shape
    return result
  }
}

extension HostTensor {
  /// The tensor with its axes in another order: axis k of the result is axis `order[k]` of this one.
  func transposed(by order: [Int]) -> HostTensor {
    let shape = order.map { self.shape[$0] }
    var strides = [Int](repeating: 1, count: self.shape.count)
    for axis in self.shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * self.shape[axis + 1]
    }
    let sources = Self.offsets(shape: shape, strides: order.map { strides[$0] })
    return switch elements {
    case .float32(let values): HostTensor(shape: shape, sources.map { values[$0] })
    case .int64(let values): HostTensor(shape: shape, sources.map { values[$0] })
    }
  }

  /// Where the elements of a strided tensor lie, in row-major order.
  private static func offsets(shape: [Int], strides: [Int]) -> [Int] {
    zip(shape, strides).reduce([0]) { offsets, axis in
      offsets.flatMap { offset in (0..<axis.0).map { offset + $0 * axis.1 } }
    }
  }
}
