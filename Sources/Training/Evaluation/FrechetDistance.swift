package import Runtime

/// The Fréchet distance between two normal distributions that were fitted to features of pictures: FID.
///
/// `|μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 √(Σ₁ Σ₂))` (Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a
/// Local Nash Equilibrium", 2017).
package enum FrechetDistance {
  /// A normal distribution.
  package struct Gaussian: Sendable, Hashable {
    package var mean: [Double]
    package var covariance: Matrix

    package init(mean: [Double], covariance: Matrix) {
      precondition(
        covariance.rows == mean.count && covariance.columns == mean.count,
        "the covariance does not fit the mean")
      self.mean = mean
      self.covariance = covariance
    }

    /// The distribution with the mean and the unbiased covariance of rows.
    package init(of table: FeatureTable) throws(RuntimeError) {
      try table.check(least: 2, for: "a Fréchet distance")
      let (count, dimension) = (table.count, table.dimension)
      var columns = Matrix(rows: dimension, columns: count)
      for row in 0..<count {
        for (column, value) in table.row(row).enumerated() { columns[column, row] = Double(value) }
      }
      var mean: [Double] = []
      for column in 0..<dimension {
        let stretch = column * count..<(column + 1) * count
        let average = columns.values[stretch].reduce(0, +) / Double(count)
        mean.append(average)
        for index in stretch { columns.values[index] -= average }
      }
      var covariance = columns.times(transposeOf: columns)
      for index in covariance.values.indices { covariance.values[index] /= Double(count - 1) }
      self.init(mean: mean, covariance: covariance)
    }
  }

  /// The distance between the distributions of two tables, which must be equally wide.
  package static func between(
    _ first: FeatureTable, _ second: FeatureTable
  ) throws(RuntimeError) -> Double {
    try between(Gaussian(of: first), Gaussian(of: second))
  }

  /// The distance between two distributions of as many dimensions.
  ///
  /// With `Σ₁ = L Lᵀ`, the symmetric `Lᵀ Σ₂ L` has the eigenvalues of `Σ₁ Σ₂`, apart from zeros, so that no root of a
  /// matrix is needed.
  package static func between(
    _ first: Gaussian, _ second: Gaussian
  ) throws(RuntimeError) -> Double {
    precondition(first.mean.count == second.mean.count, "the features differ in dimension")
    let shift = zip(first.mean, second.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let factor = first.covariance.choleskyRows
    let product = factor.times(transposeOf: second.covariance).times(transposeOf: factor)
    let shared = try product.symmetricEigenvalues().reduce(0) { $0 + max(0, $1).squareRoot() }
    return shift + first.covariance.trace + second.covariance.trace - 2 * shared
  }
}
