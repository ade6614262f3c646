#if ONEDNN
  import CKernels
  import COneDNN
  import Plan

  extension NativeKernels {
    /// Binds a matrix product of rank 2 or 3; transposing is a matter of strides.
    ///
    /// Nil where oneDNN does not multiply such numbers. Throws when oneDNN cannot create the primitive.
    static func matmulKernel(
      _ call: MatmulCall, on machine: Machine, operand: (TensorID) -> Operand
    ) throws(RuntimeError) -> (any BoundKernel)? {
      let (left, right, target) = (operand(call.left), operand(call.right), operand(call.target))
      let rank = target.tensor.shape.count
      guard rank == 2 || rank == 3, left.tensor.shape.count == rank,
        right.tensor.shape.count == rank,
        OneDNNKernel.multiplies([left.tensor, right.tensor, target.tensor], on: machine)
      else { return nil }
      let a = Matrix(left.tensor, transposed: call.transposeLeft)
      let b = Matrix(right.tensor, transposed: call.transposeRight)
      let c = Matrix(target.tensor, transposed: false)
      var product = pfd_matmul()
      product.batch = Int64(rank == 3 ? target.tensor.shape[0] : 0)
      (product.m, product.n, product.k) = (Int64(c.rows), Int64(c.columns), Int64(a.columns))
      assign(&product.a_strides, a.strides)
      assign(&product.b_strides, b.strides)
      assign(&product.c_strides, c.strides)
      product.a_element = left.tensor.element.oneDNN
      product.b_element = right.tensor.element.oneDNN
      product.c_element = target.tensor.element.oneDNN
      product.has_bias = call.bias == nil ? 0 : 1
      (product.activation, product.slope) = call.activation.postOp
      pf_use_threads(Int32(machine.threads))
      guard let operation = pfd_create_matmul(&product) else {
        throw .primitiveRefused(
          "the product of \(left.tensor.shape) and \(right.tensor.shape)")
      }
      return OneDNNKernel(
        operation,
        OneDNNKernel.Operands(
          source: left.pointer, weight: right.pointer,
          bias: call.bias.map { operand($0).pointer }, target: target.pointer),
        on: machine)
    }
  }

  /// The last two axes of a tensor, and the one before them as the batch.
  private struct Matrix {
    var rows: Int
    var columns: Int
    /// Batch, row, column.
    var strides: [Int]

    init(_ tensor: PlanTensor, transposed: Bool) {
      let rank = tensor.shape.count
      let (row, column) = transposed ? (rank - 1, rank - 2) : (rank - 2, rank - 1)
      (rows, columns) = (tensor.shape[row], tensor.shape[column])
      strides = [rank == 3 ? tensor.strides[0] : 0, tensor.strides[row], tensor.strides[column]]
    }
  }
#endif
