import Plan

/// The coarsest axes by which the row-major order of two shapes can be walked in step.
///
/// [8×6] and [2×4×6] are walked together as 2, 4, 6; [4×6] and [8×3] as 4, 2, 3; [4×6] and [3×8] have no such axes.
struct AxisRefinement {
  /// Outermost first.
  private(set) var extent: [Int] = []
  private(set) var sourceStrides: [Int] = []
  private(set) var targetStrides: [Int] = []

  init?(
    from source: (shape: [Int], strides: [Int]), to target: (shape: [Int], strides: [Int])
  ) {
    var left = Cursor(source.shape, source.strides)
    var right = Cursor(target.shape, target.strides)
    while true {
      left.advance()
      right.advance()
      if left.rest == 1 && right.rest == 1 { break }
      let step = min(left.rest, right.rest)
      guard left.rest % step == 0, right.rest % step == 0 else { return nil }
      extent.insert(step, at: 0)
      sourceStrides.insert(left.take(step), at: 0)
      targetStrides.insert(right.take(step), at: 0)
    }
    merge()
  }

  /// Makes one axis of two neighbours that both tensors walk as one.
  private mutating func merge() {
    for axis in extent.indices.dropFirst().reversed()
    where sourceStrides[axis - 1] == sourceStrides[axis] * extent[axis]
      && targetStrides[axis - 1] == targetStrides[axis] * extent[axis]
    {
      extent[axis - 1] *= extent[axis]
      sourceStrides[axis - 1] = sourceStrides[axis]
      targetStrides[axis - 1] = targetStrides[axis]
      extent.remove(at: axis)
      sourceStrides.remove(at: axis)
      targetStrides.remove(at: axis)
    }
  }

  /// Whether both tensors have the same elements at the same places.
  var isIdentity: Bool { sourceStrides == targetStrides }

  /// The copy that walks both tensors in step; a scalar takes one step.
  func copy(from source: TensorID, to target: TensorID) -> CopyCall {
    let isScalar = extent.isEmpty
    return CopyCall(
      source: source, target: target, extent: isScalar ? [1] : extent,
      sourceStrides: isScalar ? [1] : sourceStrides, sourceOffset: 0,
      targetStrides: isScalar ? [1] : targetStrides, targetOffset: 0)
  }

  /// Walks a shape from its last axis to its first, taking parts of axes.
  private struct Cursor {
    private let shape: [Int]
    private let strides: [Int]
    private var next: Int
    private(set) var rest = 1
    private var stride = 1

    init(_ shape: [Int], _ strides: [Int]) {
      self.shape = shape
      self.strides = strides
      next = shape.count - 1
    }

    /// Moves on to the next axis of more than one element, when this one is used up.
    mutating func advance() {
      while rest == 1 && next >= 0 {
        rest = shape[next]
        stride = strides[next]
        next -= 1
      }
    }

    /// Uses up a part of this axis; returns its stride.
    mutating func take(_ count: Int) -> Int {
      defer {
        rest /= count
        stride *= count
      }
      return stride
    }
  }
}
