import Plan

/// For each target row or column, the two source ones it lies between and how far along.
private struct BilinearAxis {
  let lower: [Int]
  let upper: [Int]
  let fraction: [Double]

  init(source: Int, target: Int, mode: BilinearCall.Mode) {
    let places = (0..<target).map { index -> Double in
      let (index, ratio) = (Double(index), Double(source) / Double(target))
      return switch mode {
      case .halfPixel: max((index + 0.5) * ratio - 0.5, 0)
      case .alignCorners: target > 1 ? index * Double(source - 1) / Double(target - 1) : 0
      case .legacy: index * ratio
      }
    }
    lower = places.map { min(Int($0), source - 1) }
    upper = lower.map { min($0 + 1, source - 1) }
    fraction = zip(places, lower).map { min($0 - Double($1), 1) }
  }
}

/// The four source offsets and weights of every target element.
private struct BilinearSampling<Scalar: ReferenceScalar> {
  let small: ReferenceOperand<Scalar>
  let large: ReferenceOperand<Scalar>
  let rows: BilinearAxis
  let columns: BilinearAxis

  /// `small` is the tensor that forward resizing reads, `large` the one that it writes.
  init(
    _ small: ReferenceOperand<Scalar>, _ large: ReferenceOperand<Scalar>, _ mode: BilinearCall.Mode
  ) {
    self.small = small
    self.large = large
    rows = BilinearAxis(source: small.shape[2], target: large.shape[2], mode: mode)
    columns = BilinearAxis(source: small.shape[3], target: large.shape[3], mode: mode)
  }

  /// Calls `body` four times for each element of `large`.
  func forEach(_ body: (_ large: Int, _ small: Int, _ weight: Scalar) -> Void) {
    let (from, to) = (small.strides, large.strides)
    for n in 0..<large.shape[0] {
      for c in 0..<large.shape[1] {
        let plane = n * from[0] + c * from[1]
        for i in 0..<large.shape[2] {
          for j in 0..<large.shape[3] {
            let place = n * to[0] + c * to[1] + i * to[2] + j * to[3]
            let (down, right) = (Scalar(rows.fraction[i]), Scalar(columns.fraction[j]))
            let (top, bottom) = (plane + rows.lower[i] * from[2], plane + rows.upper[i] * from[2])
            let (west, east) = (columns.lower[j] * from[3], columns.upper[j] * from[3])
            body(place, top + west, (1 - down) * (1 - right))
            body(place, top + east, (1 - down) * right)
            body(place, bottom + west, down * (1 - right))
            body(place, bottom + east, down * right)
          }
        }
      }
    }
  }
}

/// Bilinear resizing.
struct ReferenceBilinear<Scalar: ReferenceScalar>: ReferenceKernel {
  private let sampling: BilinearSampling<Scalar>
  private let walk: StridedWalk

  init(_ call: BilinearCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    sampling = BilinearSampling(operand(call.source), operand(call.target), call.mode)
    walk = sampling.large.walk
  }

  func run(_ context: RunContext) {
    ReferenceLoops.fill(sampling.large, walk, with: 0)
    sampling.forEach { large, small, weight in
      sampling.large.scalars[large] += weight * sampling.small.scalars[small]
    }
  }
}

/// The adjoint of bilinear resizing: `source` dy is the resized one.
struct ReferenceBilinearGradient<Scalar: ReferenceScalar>: ReferenceKernel {
  private let sampling: BilinearSampling<Scalar>
  private let walk: StridedWalk

  init(_ call: BilinearCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    sampling = BilinearSampling(operand(call.target), operand(call.source), call.mode)
    walk = sampling.small.walk
  }

  func run(_ context: RunContext) {
    ReferenceLoops.fill(sampling.small, walk, with: 0)
    sampling.forEach { large, small, weight in
      sampling.small.scalars[small] += weight * sampling.large.scalars[large]
    }
  }
}
