package import Runtime

/// The eigenvalues of symmetric matrices.
///
/// Householder reflections make the matrix tridiagonal, `4/3 n³` operations; then the implicitly shifted QL algorithm
/// (Bowdler, Martin, Reinsch and Wilkinson, "The QR and QL Algorithms for Symmetric Matrices", 1968) makes it diagonal.
extension Matrix {
  /// All eigenvalues of a symmetric matrix, from the smallest to the greatest.
  ///
  /// - Throws: `.notFinite` if the matrix holds infinite or undefined numbers.
  package func symmetricEigenvalues() throws(RuntimeError) -> [Double] {
    precondition(rows == columns, "only square matrices have eigenvalues")
    guard values.allSatisfy(\.isFinite) else {
      throw RuntimeError(.notFinite, "a matrix of statistics holds infinite or undefined numbers")
    }
    var reduced = Tridiagonal(reducing: self)
    try reduced.diagonalize()
    return reduced.diagonal.sorted()
  }
}

/// A symmetric matrix with numbers on the diagonal and beside it only.
private struct Tridiagonal {
  var diagonal: [Double]
  /// `beside[i]` couples rows `i` and `i + 1`; the last is 0.
  var beside: [Double]

  /// Reflects one row after the other so that only its first number beside the diagonal remains.
  init(reducing matrix: Matrix) {
    let size = matrix.rows
    diagonal = Array(repeating: 0, count: size)
    beside = Array(repeating: 0, count: size)
    var rest = matrix.values
    for step in 0..<size {
      diagonal[step] = rest[step * size + step]
      if step + 1 < size { beside[step] = Self.reflect(step, &rest, size) }
    }
  }

  /// Applies `I - 2 v vᵀ / vᵀv` from both sides to the rows and columns behind `step`.
  ///
  /// - Returns: what remains beside the diagonal in row `step`.
  private static func reflect(_ step: Int, _ rest: inout [Double], _ size: Int) -> Double {
    let count = size - step - 1
    let start = step * size + step + 1
    var mirror = Array(rest[start..<start + count])
    let length = mirror.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, count > 1 else { return mirror[0] }
    let remaining = mirror[0] > 0 ? -length : length
    mirror[0] -= remaining
    let scale = 1 / (length * abs(mirror[0]))
    var image = Array(repeating: 0.0, count: count)
    rest.withUnsafeMutableBufferPointer { rest in
      mirror.withUnsafeBufferPointer { mirror in
        let readable = UnsafeBufferPointer(rest)
        for row in 0..<count {
          let place = (step + 1 + row) * size + step + 1
          image[row] = scale * dot(readable, from: place, mirror, from: 0, count: count)
        }
        let overlap = image.withUnsafeBufferPointer {
          scale / 2 * dot($0, from: 0, mirror, from: 0, count: count)
        }
        for row in 0..<count { image[row] -= overlap * mirror[row] }
        image.withUnsafeBufferPointer { image in
          guard let rest = rest.baseAddress, let mirror = mirror.baseAddress,
            let image = image.baseAddress
          else { return }
          for row in 0..<count {
            let target = rest + (step + 1 + row) * size + step + 1
            addMultiple(-mirror[row], of: image, to: target, count: count)
            addMultiple(-image[row], of: mirror, to: target, count: count)
          }
        }
      }
    }
    return remaining
  }

  /// More rounds than any finite matrix has been seen to need for one eigenvalue; two or three are usual.
  private static let maximumRounds = 60

  /// Turns the couplings to zero, from the first on.
  mutating func diagonalize() throws(RuntimeError) {
    for first in diagonal.indices {
      var rounds = 0
      while let last = uncoupled(from: first), last > first {
        guard rounds < Self.maximumRounds else {
          throw RuntimeError(
            .notFinite, "the eigenvalues of a matrix of statistics do not converge")
        }
        rounds += 1
        rotate(first, last)
      }
    }
  }

  /// The first row from `start` on that is not coupled to the next.
  private func uncoupled(from start: Int) -> Int? {
    (start..<diagonal.count).first { row in
      guard row + 1 < diagonal.count else { return true }
      let size = abs(diagonal[row]) + abs(diagonal[row + 1])
      return abs(beside[row]) <= .ulpOfOne * size
    }
  }

  /// One round of plane rotations from `last` up to `first`, shifted by an estimate of the eigenvalue.
  private mutating func rotate(_ first: Int, _ last: Int) {
    let half = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
    let root = length(half, 1)
    var ahead =
      diagonal[last] - diagonal[first]
      + beside[first] / (half + (half < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for row in stride(from: last - 1, through: first, by: -1) {
      let bulge = sine * beside[row]
      let kept = cosine * beside[row]
      let radius = length(bulge, ahead)
      beside[row + 1] = radius
      guard radius > 0 else {
        diagonal[row + 1] -= shift
        beside[last] = 0
        return
      }
      sine = bulge / radius
      cosine = ahead / radius
      let lifted = diagonal[row + 1] - shift
      let turned = (diagonal[row] - lifted) * sine + 2 * cosine * kept
      shift = sine * turned
      diagonal[row + 1] = lifted + shift
      ahead = cosine * turned - kept
    }
    diagonal[first] -= shift
    beside[first] = ahead
    beside[last] = 0
  }

  /// `√(a² + b²)` without overflow.
  private func length(_ a: Double, _ b: Double) -> Double {
    let (small, large) = (min(abs(a), abs(b)), max(abs(a), abs(b)))
    return large == 0 ? 0 : large * (1 + (small / large) * (small / large)).squareRoot()
  }
}
