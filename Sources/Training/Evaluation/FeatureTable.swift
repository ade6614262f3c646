package import Runtime

/// One row of numbers for each picture.
package struct FeatureTable: Sendable {
  /// Numbers in a row.
  package let dimension: Int
  package private(set) var values: [Float]

  package init(dimension: Int, _ values: [Float] = []) {
    precondition(
      dimension > 0 && values.count.isMultiple(of: dimension), "the numbers do not fill rows")
    self.dimension = dimension
    self.values = values
  }

  package var count: Int { values.count / dimension }

  package func row(_ index: Int) -> ArraySlice<Float> {
    values[index * dimension..<(index + 1) * dimension]
  }

  /// Adds the rows of a tensor `[count, dimension]`.
  package mutating func append(_ tensor: HostTensor) {
    precondition(tensor.count.isMultiple(of: dimension), "the numbers do not fill rows")
    values += tensor.floats
  }

  /// The first rows, at most.
  package func prefix(_ count: Int) -> FeatureTable {
    FeatureTable(dimension: dimension, Array(values.prefix(count * dimension)))
  }

  /// Refuses what no statistic can be computed from.
  ///
  /// - Parameter least: how many rows a statistic needs.
  func check(least: Int, for statistic: String) throws(RuntimeError) {
    guard count >= least else {
      throw RuntimeError(
        .invalid, "\(statistic) needs at least \(least) pictures on each side, found \(count)")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw RuntimeError(.notFinite, "the features hold infinite or undefined numbers")
    }
  }
}
