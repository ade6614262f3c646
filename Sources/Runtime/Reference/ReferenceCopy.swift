import Plan

/// A strided copy into a target that may be filled first.
struct ReferenceCopy<Scalar: ReferenceScalar>: ReferenceKernel {
  private let call: CopyCall
  private let source: ReferenceOperand<Scalar>
  private let target: ReferenceOperand<Scalar>
  private let walk: StridedWalk
  private let whole: StridedWalk

  init(_ call: CopyCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    self.call = call
    source = operand(call.source)
    target = operand(call.target)
    walk = StridedWalk(
      extent: call.extent, [.init(call.sourceStrides), .init(call.targetStrides)])
    whole = target.walk
  }

  func run(_ context: RunContext) {
    switch target.element {
    case .float32, .bfloat16:
      move(source.scalars, target.scalars, fill: call.fill.map { Scalar($0) })
    case .int64:
      move(source.integers, target.integers, fill: call.fill.map { Int64(exactly: $0) ?? 0 })
    }
  }

  private func move<Element>(
    _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>,
    fill: Element?
  ) {
    if let fill {
      whole.forEachRow { offsets, _ in
        for point in 0..<whole.rowLength {
          target[offsets[0] + point * whole.rowStrides[0]] = fill
        }
      }
    }
    let (step, stride) = (walk.rowStrides[0], walk.rowStrides[1])
    walk.forEachRow { offsets, _ in
      let from = source + call.sourceOffset + offsets[0]
      let to = target + call.targetOffset + offsets[1]
      for point in 0..<walk.rowLength { to[point * stride] = from[point * step] }
    }
  }
}
