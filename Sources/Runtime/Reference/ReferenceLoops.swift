import Plan

/// Innermost loops shared by convolution and matrix product.
enum ReferenceLoops {
  /// Σ x·y, in eight running sums when both lie densely.
  static func dot<Scalar: ReferenceScalar>(
    _ x: UnsafePointer<Scalar>, _ xStride: Int, _ y: UnsafePointer<Scalar>, _ yStride: Int,
    _ count: Int
  ) -> Scalar {
    var sum: Scalar = 0
    var done = 0
    if xStride == 1 && yStride == 1 {
      var sums = SIMD8<Scalar>(repeating: 0)
      while done + 8 <= count {
        sums += wide(x + done) * wide(y + done)
        done += 8
      }
      sum = sums.sum()
    }
    while done < count {
      sum += x[done * xStride] * y[done * yStride]
      done += 1
    }
    return sum
  }

  private static func wide<Scalar: ReferenceScalar>(_ p: UnsafePointer<Scalar>) -> SIMD8<Scalar> {
    UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Scalar>.self)
  }

  /// y += a·x.
  static func addScaled<Scalar: ReferenceScalar>(
    _ a: Scalar, _ x: UnsafePointer<Scalar>, _ xStride: Int, to y: UnsafeMutablePointer<Scalar>,
    _ yStride: Int, _ count: Int
  ) {
    if xStride == 1 && yStride == 1 {
      for i in 0..<count { y[i] += a * x[i] }
    } else {
      for i in 0..<count { y[i * yStride] += a * x[i * xStride] }
    }
  }

  /// Sets every element of a strided tensor.
  static func fill<Scalar: ReferenceScalar>(
    _ target: ReferenceOperand<Scalar>, _ walk: StridedWalk, with value: Scalar
  ) {
    let stride = walk.rowStrides[0]
    walk.forEachRow { offsets, _ in
      let row = target.scalars + offsets[0]
      for point in 0..<walk.rowLength { row[point * stride] = value }
    }
  }
}

extension ReferenceOperand {
  /// A walk over the logical elements of this tensor alone.
  var walk: StridedWalk { StridedWalk(extent: shape, [.init(strides)]) }
}

extension ConvolutionCall.Activation {
  /// The function itself.
  func apply<Scalar: ReferenceScalar>(_ x: Scalar) -> Scalar {
    switch self {
    case .identity: x
    case .relu: x < 0 ? 0 : x
    case .leakyRelu(let slope): x < 0 ? x * Scalar(slope) : x
    case .tanh: Scalar.tanh(x)
    case .sigmoid: Scalar.sigmoid(x)
    }
  }
}
