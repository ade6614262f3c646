import Plan

/// Mean and biased variance in two passes, summed in double precision.
struct ReferenceMoments<Scalar: ReferenceScalar>: ReferenceKernel {
  private let source: ReferenceOperand<Scalar>
  private let mean: ReferenceOperand<Scalar>
  private let variance: ReferenceOperand<Scalar>
  /// Over the source, with the offsets of the source and of a dense running value per kept element.
  private let walk: StridedWalk
  /// Over the kept elements, with the offsets of mean, variance and running value.
  private let kept: StridedWalk
  private let sums: ReferenceBuffer<Double>
  private let squares: ReferenceBuffer<Double>
  private let reduced: Int

  init(_ call: MomentsCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    source = operand(call.source)
    mean = operand(call.mean)
    variance = operand(call.variance)
    let dense = Layout.rowMajor(mean.shape)
    walk = StridedWalk(
      extent: source.shape,
      [
        .init(source.strides),
        .init(dense.indices.map { call.axes.contains($0) ? 0 : dense[$0] }),
      ])
    kept = StridedWalk(
      extent: mean.shape, [.init(mean.strides), .init(variance.strides), .init(dense)])
    sums = ReferenceBuffer(count: mean.count, filledWith: 0)
    squares = ReferenceBuffer(count: mean.count, filledWith: 0)
    reduced = call.axes.reduce(1) { [shape = source.shape] in $0 * shape[$1] }
  }

  func run(_ context: RunContext) {
    sums.pointer.update(repeating: 0, count: sums.count)
    squares.pointer.update(repeating: 0, count: squares.count)
    forEachElement { value, place in sums.pointer[place] += value }
    for place in 0..<sums.count { sums.pointer[place] /= Double(reduced) }
    forEachElement { value, place in
      let deviation = value - sums.pointer[place]
      squares.pointer[place] += deviation * deviation
    }
    kept.forEachRow { offsets, _ in
      for point in 0..<kept.rowLength {
        let place = offsets[2] + point * kept.rowStrides[2]
        mean.scalars[offsets[0] + point * kept.rowStrides[0]] = Scalar(sums.pointer[place])
        variance.scalars[offsets[1] + point * kept.rowStrides[1]] = Scalar(
          squares.pointer[place] / Double(reduced))
      }
    }
  }

  private func forEachElement(_ body: (_ value: Double, _ place: Int) -> Void) {
    let (stride, step) = (walk.rowStrides[0], walk.rowStrides[1])
    walk.forEachRow { offsets, _ in
      let row = source.scalars + offsets[0]
      for point in 0..<walk.rowLength {
        body(Double(row[point * stride]), offsets[1] + point * step)
      }
    }
  }
}
