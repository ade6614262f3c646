extension Matrix {
  /// The rows of Lᵀ in `self = L Lᵀ`, for a symmetric matrix without negative eigenvalues.
  ///
  /// Pivoting by the greatest remaining diagonal makes the factor end at the matrix's rank: a covariance of few samples
  /// in many dimensions gives few rows.
  package var choleskyRows: Matrix {
    precondition(rows == columns, "only square matrices have a Cholesky factor")
    let size = rows
    var remaining = (0..<size).map { self[$0, $0] }
    var isPivot = Array(repeating: false, count: size)
    var factor: [[Double]] = []
    let least = (remaining.max() ?? 0) * Double(size) * .ulpOfOne
    while let pivot = (0..<size).filter({ !isPivot[$0] }).max(by: { remaining[$0] < remaining[$1] }
    ),
      remaining[pivot] > least
    {
      var row = Array(values[pivot * size..<(pivot + 1) * size])
      for known in factor { row.add(-known[pivot], times: known) }
      let scale = 1 / remaining[pivot].squareRoot()
      for column in 0..<size { row[column] = isPivot[column] ? 0 : row[column] * scale }
      isPivot[pivot] = true
      for column in 0..<size { remaining[column] -= row[column] * row[column] }
      factor.append(row)
    }
    return factor.isEmpty ? Matrix(rows: 0, columns: size) : Matrix(factor)
  }
}

extension [Double] {
  fileprivate mutating func add(_ factor: Double, times other: [Double]) {
    withUnsafeMutableBufferPointer { target in
      other.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        addMultiple(factor, of: source, to: target, count: other.count)
      }
    }
  }
}
