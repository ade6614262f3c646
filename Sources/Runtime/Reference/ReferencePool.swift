import Plan

/// Where pooling windows lie: the part of each window that is inside the image.
private struct PoolWindow<Scalar: ReferenceScalar> {
  let image: ReferenceOperand<Scalar>
  let result: ReferenceOperand<Scalar>
  let call: PoolCall

  /// Rows and columns of one window inside the image, and the offset of the plane they lie in.
  struct Place {
    var result: Int
    var plane: Int
    var rows: Range<Int>
    var columns: Range<Int>
    /// Row-major number of the result's element, for indices.
    var n: Int
    var c: Int
    var i: Int
    var j: Int
  }

  func forEach(_ body: (Place) -> Void) {
    for n in 0..<result.shape[0] {
      for c in 0..<result.shape[1] {
        for i in 0..<result.shape[2] {
          for j in 0..<result.shape[3] {
            body(
              Place(
                result: offset(result.strides, n, c, i, j),
                plane: n * image.strides[0] + c * image.strides[1],
                rows: range(i, axis: 0), columns: range(j, axis: 1), n: n, c: c, i: i, j: j))
          }
        }
      }
    }
  }

  func offset(_ strides: [Int], _ n: Int, _ c: Int, _ i: Int, _ j: Int) -> Int {
    n * strides[0] + c * strides[1] + i * strides[2] + j * strides[3]
  }

  private func range(_ index: Int, axis: Int) -> Range<Int> {
    let start = index * call.stride[axis] - call.padding[axis]
    return max(start, 0)..<min(start + call.kernel[axis], image.shape[2 + axis])
  }

  /// What a sum over the window is multiplied by.
  var weight: Scalar {
    call.kind == .average ? 1 / Scalar(call.kernel[0] * call.kernel[1]) : 1
  }
}

/// Maximum, average or sum of each window; the first of equal maxima gives the index.
struct ReferencePool<Scalar: ReferenceScalar>: ReferenceKernel {
  private let window: PoolWindow<Scalar>
  private let indices: ReferenceOperand<Scalar>?

  init(_ call: PoolCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    window = PoolWindow(image: operand(call.source), result: operand(call.target), call: call)
    indices = call.indices.map(operand)
  }

  func run(_ context: RunContext) {
    window.call.kind == .max ? maximum() : sum()
  }

  private func sum() {
    let (image, weight) = (window.image, window.weight)
    window.forEach { place in
      var sum: Scalar = 0
      for row in place.rows {
        for column in place.columns {
          sum +=
            image.scalars[
              place.plane + row * image.strides[2] + column * image.strides[3]]
        }
      }
      window.result.scalars[place.result] = sum * weight
    }
  }

  private func maximum() {
    let image = window.image
    window.forEach { place in
      var best = -Scalar.infinity
      var found = place.rows.lowerBound * image.shape[3] + place.columns.lowerBound
      for row in place.rows {
        for column in place.columns {
          let value = image.scalars[
            place.plane + row * image.strides[2] + column * image.strides[3]]
          guard value > best || value.isNaN else { continue }
          best = value
          found = row * image.shape[3] + column
        }
      }
      window.result.scalars[place.result] = best
      if let indices {
        indices.integers[window.offset(indices.strides, place.n, place.c, place.i, place.j)] =
          Int64(found)
      }
    }
  }
}

/// Spreads each element of dy over its window.
struct ReferenceAveragePoolGradient<Scalar: ReferenceScalar>: ReferenceKernel {
  private let window: PoolWindow<Scalar>
  private let walk: StridedWalk

  init(_ call: PoolCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    window = PoolWindow(image: operand(call.target), result: operand(call.source), call: call)
    walk = window.image.walk
  }

  func run(_ context: RunContext) {
    let (image, weight) = (window.image, window.weight)
    ReferenceLoops.fill(image, walk, with: 0)
    window.forEach { place in
      let share = window.result.scalars[place.result] * weight
      for row in place.rows {
        for column in place.columns {
          image.scalars[place.plane + row * image.strides[2] + column * image.strides[3]] += share
        }
      }
    }
  }
}

/// Moves values to or from the places of a max pool's maxima; an index outside the plane moves nothing (NaN arrives).
struct ReferenceMaxPoolMove<Scalar: ReferenceScalar>: ReferenceKernel {
  enum Direction { case scatter, gather }
  private let direction: Direction
  private let window: PoolWindow<Scalar>
  private let indices: ReferenceOperand<Scalar>?
  private let walk: StridedWalk

  init(
    _ call: PoolCall, _ direction: Direction, _ operand: (TensorID) -> ReferenceOperand<Scalar>
  ) {
    let (source, target) = (operand(call.source), operand(call.target))
    self.direction = direction
    window =
      direction == .scatter
      ? PoolWindow(image: target, result: source, call: call)
      : PoolWindow(image: source, result: target, call: call)
    indices = call.indices.map(operand)
    walk = target.walk
  }

  func run(_ context: RunContext) {
    let image = window.image
    let columns = image.shape[3]
    let plane = image.shape[2] * columns
    if direction == .scatter { ReferenceLoops.fill(image, walk, with: 0) }
    guard let indices else { return }
    window.forEach { place in
      let stored = indices.integers[
        window.offset(indices.strides, place.n, place.c, place.i, place.j)]
      guard let index = Int(exactly: stored), index >= 0, index < plane else {
        if direction == .gather { window.result.scalars[place.result] = .nan }
        return
      }
      let element =
        image.scalars + place.plane + index / columns * image.strides[2] + index % columns
        * image.strides[3]
      if direction == .scatter {
        element.pointee += window.result.scalars[place.result]
      } else {
        window.result.scalars[place.result] = element.pointee
      }
    }
  }
}
