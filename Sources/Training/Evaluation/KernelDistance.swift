package import Runtime

/// The squared maximum mean discrepancy between features of two sets of pictures: KID.
///
/// The unbiased estimate with the kernel `(x·y / d + 1)³` on random subsets, then mean and standard deviation over the
/// subsets (Bińkowski et al., "Demystifying MMD GANs", 2018). It may be negative; 0 means that the sets are alike.
package struct KernelDistance: Sendable, Hashable {
  /// The estimate of each subset.
  package let subsets: [Double]
  /// Pictures of each side in a subset.
  package let subsetSize: Int

  package var mean: Double { subsets.reduce(0, +) / Double(subsets.count) }
  package var deviation: Double { subsets.standardDeviation }

  /// Compares two tables, which must be equally wide.
  ///
  /// - Parameters:
  ///   - subsets: how many subsets to draw.
  ///   - subsetSize: pictures of each side in a subset; fewer if there are fewer.
  package init(
    between first: FeatureTable, _ second: FeatureTable, subsets: Int = 100,
    subsetSize: Int = 1000, seed: UInt64 = 0
  ) throws(RuntimeError) {
    precondition(first.dimension == second.dimension, "the features differ in dimension")
    try first.check(least: 2, for: "a kernel distance")
    try second.check(least: 2, for: "a kernel distance")
    let size = min(subsetSize, first.count, second.count)
    self.subsetSize = size
    self.subsets = (0..<subsets).map { subset in
      Self.discrepancy(
        first.chosen(size, SampleRandom(seed, 0, UInt64(subset))),
        second.chosen(size, SampleRandom(seed, 1, UInt64(subset))))
    }
  }

  /// The unbiased estimate for two sets of equal size.
  private static func discrepancy(_ first: Matrix, _ second: Matrix) -> Double {
    let count = Double(first.rows)
    let within = [first, second].reduce(0) { sum, side in
      let kernel = kernel(side, side)
      // A picture is not compared with itself: that is what makes the estimate unbiased.
      return sum + (kernel.values.reduce(0, +) - kernel.trace) / (count * (count - 1))
    }
    return within - 2 * kernel(first, second).values.reduce(0, +) / (count * count)
  }

  private static func kernel(_ first: Matrix, _ second: Matrix) -> Matrix {
    var kernel = first.times(transposeOf: second)
    for index in kernel.values.indices {
      let base = kernel.values[index] / Double(first.columns) + 1
      kernel.values[index] = base * base * base
    }
    return kernel
  }
}

extension FeatureTable {
  /// Random rows, none of them twice.
  fileprivate func chosen(_ count: Int, _ random: SampleRandom) -> Matrix {
    var random = random
    var order = Array(0..<self.count)
    for position in 0..<count {
      order.swapAt(position, position + random.below(order.count - position))
    }
    return Matrix(order.prefix(count).map { row($0).map(Double.init) })
  }
}
