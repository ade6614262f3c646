/// A matrix of doubles in row-major order: what statistics of features are computed with.
package struct Matrix: Sendable, Hashable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    values = Array(repeating: 0, count: rows * columns)
  }

  /// A matrix from its rows, which must be equally long.
  package init(_ rows: [[Double]]) {
    self.init(rows: rows.count, columns: rows.first?.count ?? 0)
    precondition(rows.allSatisfy { $0.count == columns }, "the rows differ in length")
    values = rows.flatMap { $0 }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The sum of the diagonal.
  package var trace: Double {
    (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] }
  }

  /// This matrix times the transpose of another: every number is the dot product of two rows.
  package func times(transposeOf other: Matrix) -> Matrix {
    precondition(columns == other.columns, "the rows differ in length")
    var product = Matrix(rows: rows, columns: other.rows)
    // A few rows at a time share what is read of the other matrix.
    let blockLength = 8
    product.values.withUnsafeMutableBufferPointer { target in
      values.withUnsafeBufferPointer { left in
        other.values.withUnsafeBufferPointer { right in
          for start in stride(from: 0, to: rows, by: blockLength) {
            for column in 0..<other.rows {
              for row in start..<min(start + blockLength, rows) {
                target[row * other.rows + column] = dot(
                  left, from: row * columns, right, from: column * columns, count: columns)
              }
            }
          }
        }
      }
    }
    return product
  }
}

/// The dot product of two stretches of numbers.
func dot(
  _ left: UnsafeBufferPointer<Double>, from leftStart: Int,
  _ right: UnsafeBufferPointer<Double>, from rightStart: Int, count: Int
) -> Double {
  guard count > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
    return 0
  }
  let first = UnsafeRawPointer(leftBase + leftStart)
  let second = UnsafeRawPointer(rightBase + rightStart)
  let width = MemoryLayout<SIMD8<Double>>.size
  let size = MemoryLayout<Double>.size
  var sums = SIMD8<Double>.zero
  var offset = 0
  while offset + width <= count * size {
    sums +=
      first.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      * second.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
    offset += width
  }
  var sum = sums.sum()
  while offset < count * size {
    sum +=
      first.load(fromByteOffset: offset, as: Double.self)
      * second.load(fromByteOffset: offset, as: Double.self)
    offset += size
  }
  return sum
}

/// `target += factor * source` over stretches of numbers.
func addMultiple(
  _ factor: Double, of source: UnsafePointer<Double>, to target: UnsafeMutablePointer<Double>,
  count: Int
) {
  for index in 0..<count { target[index] += factor * source[index] }
}
