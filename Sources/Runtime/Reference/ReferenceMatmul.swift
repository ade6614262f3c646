import Plan

/// C = activation(op(A)·op(B) + bias), batch by batch.
struct ReferenceMatmul<Scalar: ReferenceScalar>: ReferenceKernel {
  private let call: MatmulCall
  private let left: Matrix
  private let right: Matrix
  private let target: Matrix
  private let bias: UnsafeMutablePointer<Scalar>?

  /// A stack of matrices by its strides, transposed where the call says so.
  private struct Matrix {
    var batches: Int
    var rows: Int
    var columns: Int
    var batchStride: Int
    var rowStride: Int
    var columnStride: Int
    var scalars: UnsafeMutablePointer<Scalar>

    init(_ operand: ReferenceOperand<Scalar>, transposed: Bool = false) {
      let rank = operand.shape.count
      let (row, column) = transposed ? (rank - 1, rank - 2) : (rank - 2, rank - 1)
      batches = rank == 3 ? operand.shape[0] : 1
      batchStride = rank == 3 ? operand.strides[0] : 0
      rows = operand.shape[row]
      columns = operand.shape[column]
      rowStride = operand.strides[row]
      columnStride = operand.strides[column]
      scalars = operand.scalars
    }

    func row(_ row: Int, of batch: Int) -> UnsafeMutablePointer<Scalar> {
      scalars + batch * batchStride + row * rowStride
    }
  }

  init(_ call: MatmulCall, _ operand: (TensorID) -> ReferenceOperand<Scalar>) {
    self.call = call
    left = Matrix(operand(call.left), transposed: call.transposeLeft)
    right = Matrix(operand(call.right), transposed: call.transposeRight)
    target = Matrix(operand(call.target))
    bias = call.bias.map { operand($0).scalars }
  }

  func run(_ context: RunContext) {
    for batch in 0..<target.batches {
      for row in 0..<target.rows {
        multiply(row, batch)
        let result = target.row(row, of: batch)
        for column in 0..<target.columns {
          let place = column * target.columnStride
          result[place] = call.activation.apply(result[place] + (bias?[column] ?? 0))
        }
      }
    }
  }

  /// One row of the product, along whichever direction the right factor lies densely in.
  private func multiply(_ row: Int, _ batch: Int) {
    let factors = left.row(row, of: batch)
    let result = target.row(row, of: batch)
    if right.rowStride == 1 {
      for column in 0..<target.columns {
        result[column * target.columnStride] = ReferenceLoops.dot(
          factors, left.columnStride,
          right.row(0, of: batch) + column * right.columnStride, right.rowStride, left.columns)
      }
      return
    }
    for column in 0..<target.columns { result[column * target.columnStride] = 0 }
    for depth in 0..<left.columns {
      ReferenceLoops.addScaled(
        factors[depth * left.columnStride], right.row(depth, of: batch), right.columnStride,
        to: result, target.columnStride, target.columns)
    }
  }
}
