package import Runtime

/// Which pictures of a data set show the same thing: the tensor `pairs`, one whole number a picture.
package enum PairNumbers {
  /// The pair number of each picture; a negative one has no partner.
  ///
  /// - Throws: `.invalid` if the data set has none.
  package static func read(of dataSet: DataSet) throws(RuntimeError) -> [Int64] {
    let file = try SafetensorsFile.read(path: dataSet.path)
    guard file.contains("pairs") else {
      throw RuntimeError(
        .invalid,
        "the data set '\(dataSet.path)' does not say which of its pictures are pairs; 'planform data "
          + "emoji' with two styles makes one that does")
    }
    guard case .int64(let numbers) = try file.tensor("pairs").elements,
      numbers.count == dataSet.count
    else {
      throw RuntimeError(
        .invalid,
        "data set '\(dataSet.path)': expected \(dataSet.count) pair numbers of type I64")
    }
    return numbers
  }
}
