package import GraphIR
package import Plan

/// The matrix product `C = op(A)·op(B)`, of rank 2, or of rank 3 with a leading batch axis.
///
/// ```yaml
/// - matmul: { from: [queries, keys], transpose_b: true }
/// ```
///
/// | value | shape |
/// |---|---|
/// | a | M×K, or K×M if `transpose_a` (B×M×K if batched) |
/// | b | K×N, or N×K if `transpose_b` (B×K×N if batched) |
/// | bias (of linear layers) | N |
/// | y | M×N (B×M×N) |
package struct Matmul: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "matmul"
  package static let summary = "a·b"
  package static let category = Category.linear
  package static let ports = ["a", "b"]

  package var transposesLeft: Bool
  package var transposesRight: Bool
  /// Whether there is a third input, one number a column.
  package var hasBias: Bool
  package var activation: ConvolutionCall.Activation

  // MARK: Attributes
  package init(
    transposesLeft: Bool = false, transposesRight: Bool = false, hasBias: Bool = false,
    activation: ConvolutionCall.Activation = .identity
  ) {
    self.transposesLeft = transposesLeft
    self.transposesRight = transposesRight
    self.hasBias = hasBias
    self.activation = activation
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    transposesLeft = try attributes.bool("transpose_a", default: false, "whether a is transposed")
    transposesRight = try attributes.bool("transpose_b", default: false, "whether b is transposed")
    // Linear layers give products their bias; in YAML it would be an input without a name.
    let isGiven = attributes.has("bias")
    hasBias = isGiven ? try attributes.bool("bias", default: false) : false
    activation = try ConvolutionCall.Activation(readingFrom: &attributes)
  }

  package var attributes: [Attribute] {
    (transposesLeft ? [Attribute("transpose_a", .bool(true))] : [])
      + (transposesRight ? [Attribute("transpose_b", .bool(true))] : [])
      + (hasBias ? [Attribute("bias", .bool(true))] : []) + activation.attributes
  }

  // MARK: Shape
  package var arity: Arity { .exactly(hasBias ? 3 : 2) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    let (left, right) = (inputs[0], inputs[1])
    try left.requireFloats(for: name)
    try right.requireFloats(for: name)
    guard left.rank == right.rank, 2...3 ~= left.rank,
      left.shape.dropLast(2) == right.shape.dropLast(2)
    else { throw Diagnostic(.wrongRanks(left, right)) }
    let a = Array(left.shape.suffix(2))
    let b = Array(right.shape.suffix(2))
    let (rows, inner) = transposesLeft ? (a[1], a[0]) : (a[0], a[1])
    let (depth, columns) = transposesRight ? (b[1], b[0]) : (b[0], b[1])
    guard inner == depth else { throw Diagnostic(.innerMismatch(left, inner, right, depth)) }
    guard !hasBias || inputs[2].shape == [columns] else {
      throw Diagnostic(.wrongBias(inputs[2], columns: columns))
    }
    return [TensorType(.float32, left.shape.dropLast(2) + [rows, columns])]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    try activation.requireNone(for: name)
    let (a, b) = (node.inputs[0], node.inputs[1])
    let toA =
      transposesLeft
      ? try graph.apply(Matmul(transposesLeft: transposesRight, transposesRight: true), b, gradient)
      : try graph.apply(Matmul(transposesRight: !transposesRight), gradient, b)
    let toB =
      transposesRight
      ? try graph.apply(Matmul(transposesLeft: true, transposesRight: transposesLeft), gradient, a)
      : try graph.apply(Matmul(transposesLeft: !transposesLeft), a, gradient)
    guard hasBias else { return [toA, toB] }
    let rows = Array(0..<graph.type(of: gradient).rank - 1)
    return [toA, toB, try graph.sum(gradient, axes: rows)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    [
      .matmul(
        MatmulCall(
          left: context.input(0), right: context.input(1), bias: hasBias ? context.input(2) : nil,
          target: context.output(0), transposeLeft: transposesLeft,
          transposeRight: transposesRight, activation: activation))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongRanks(_ left: TensorType, _ right: TensorType) -> Self {
    """
    matmul wants two tensors of rank 2, or two of rank 3 with equal batches, got \(left) and \
    \(right)
    """
  }

  fileprivate static func innerMismatch(
    _ left: TensorType, _ inner: Int, _ right: TensorType, _ depth: Int
  ) -> Self {
    "matmul: the inner extents differ: \(inner) of \(left) and \(depth) of \(right)"
  }

  fileprivate static func wrongBias(_ bias: TensorType, columns: Int) -> Self {
    "matmul: the bias must be f32[\(columns)], got \(bias)"
  }
}
