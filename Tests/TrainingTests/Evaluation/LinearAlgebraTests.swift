import Foundation
import Testing
import Training

@Suite struct LinearAlgebraTests {
  @Test func `products are those of rows`() {
    let left = Matrix([[1, 2, 3], [4, 5, 6]])
    let right = Matrix([[1, 0, -1], [2, 2, 2], [0, 1, 0]])
    #expect(left.times(transposeOf: right) == Matrix([[-2, 12, 2], [-2, 30, 5]]))
  }

  @Test func `the eigenvalues of a Hilbert matrix are LAPACK's`() throws {
    let hilbert = Matrix((1...6).map { row in (1...6).map { 1 / Double(row + $0 - 1) } })
    // numpy.linalg.eigvalsh
    let expected = [
      1.0827994845192786e-07, 1.257075712263069e-05, 0.0006157483541825938, 0.016321521319875708,
      0.2423608705752093, 1.6188998589243386,
    ]
    for (found, value) in zip(try hilbert.symmetricEigenvalues(), expected) {
      #expect(abs(found - value) < 1e-14)
    }
  }

  @Test(arguments: [1, 2, 3, 40])
  func `the eigenvalues of a chain of springs are known`(size: Int) throws {
    var chain = Matrix(rows: size, columns: size)
    for row in 0..<size {
      chain[row, row] = 2
      if row > 0 { (chain[row, row - 1], chain[row - 1, row]) = (-1, -1) }
    }
    for (index, found) in try chain.symmetricEigenvalues().enumerated() {
      let expected = 2 - 2 * cos(Double.pi * Double(index + 1) / Double(size + 1))
      #expect(abs(found - expected) < 1e-13)
    }
  }

  @Test func `equal, zero and negative eigenvalues are found`() throws {
    #expect(try Matrix(rows: 3, columns: 3).symmetricEigenvalues() == [0, 0, 0])
    let ones = Matrix(Array(repeating: Array(repeating: 1, count: 5), count: 5))
    for (found, value) in zip(try ones.symmetricEigenvalues(), [0.0, 0, 0, 0, 5]) {
      #expect(abs(found - value) < 1e-14)
    }
    let swap = Matrix([[0, 1], [1, 0]])
    for (found, value) in zip(try swap.symmetricEigenvalues(), [-1.0, 1]) {
      #expect(abs(found - value) < 1e-15)
    }
  }

  @Test func `numbers that are none are refused`() {
    #expect(throws: (any Error).self) {
      try Matrix([[1, .nan], [.nan, 1]]).symmetricEigenvalues()
    }
  }

  @Test func `a Cholesky factor ends at the rank and gives the matrix back`() {
    let rows = Matrix([[1, 2, 3, 4], [0, -1, 1, 0.5]])
    let columns = Matrix((0..<4).map { column in (0..<2).map { rows[$0, column] } })
    let matrix = columns.times(transposeOf: columns)
    let factor = matrix.choleskyRows
    #expect(factor.rows == 2)
    let transposed = Matrix((0..<4).map { column in (0..<2).map { factor[$0, column] } })
    for (found, value) in zip(transposed.times(transposeOf: transposed).values, matrix.values) {
      #expect(abs(found - value) < 1e-13)
    }
    #expect(Matrix(rows: 3, columns: 3).choleskyRows.rows == 0)
  }
}
