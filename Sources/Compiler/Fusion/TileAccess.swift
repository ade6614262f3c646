import GraphIR

/// How one axis of a tensor follows an iteration space: index = i[axis] / divisor, rounded down.
package struct AxisAccess: Hashable, Sendable {
  package var axis: Int
  package var divisor: Int

  package init(axis: Int, divisor: Int = 1) {
    self.axis = axis
    self.divisor = divisor
  }
}

/// How a whole tensor follows an iteration space: one entry a logical axis, nil exactly where its extent is 1.
///
/// Iteration spaces have no axes of extent 1, so that `[C]` and `[1×C×1×1]` are walked by the same space.
package struct TileAccess: Hashable, Sendable {
  package var axes: [AxisAccess?]

  package init(axes: [AxisAccess?]) { self.axes = axes }

  /// Element by element, over the tensor's own shape without its axes of extent 1.
  package init(identity shape: [Int]) {
    var next = 0
    axes = shape.map { extent in
      guard extent > 1 else { return nil }
      defer { next += 1 }
      return AxisAccess(axis: next)
    }
  }

  /// How the operand of an elementwise operation is read where its result is read as `self`.
  func operand(_ shape: [Int], divisors: [Int]? = nil) -> TileAccess {
    let shift = axes.count - shape.count
    return TileAccess(
      axes: shape.indices.map { index in
        guard shape[index] > 1, var access = axes[index + shift] else { return nil }
        access.divisor *= divisors?[index + shift] ?? 1
        return access
      })
  }

  /// How the operand of a reshape that only adds or drops axes of extent 1 is read.
  func unsqueezed(_ shape: [Int]) -> TileAccess {
    var rest = axes.compactMap { $0 }[...]
    return TileAccess(axes: shape.map { $0 > 1 ? rest.popFirst() : nil })
  }
}

extension [Int] {
  /// A shape without its axes of extent 1.
  var squeezed: [Int] { filter { $0 > 1 } }
}
