package import GraphIR
import Plan

/// Nodes that reduce, broadcast and rearrange, for gradient rules, expansions and passes.
extension Graph {
  package func shape(of value: Value) -> [Int] { type(of: value).shape }

  /// The sum over some axes, or over all.
  package mutating func sum(
    _ x: Value, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws(Diagnostic) -> Value {
    try apply(Sum(axes: axes, keepingAxes: keepingAxes), x)
  }

  /// The mean over some axes, or over all.
  package mutating func mean(
    _ x: Value, axes: [Int]? = nil, keepingAxes: Bool = false
  ) throws(Diagnostic) -> Value {
    let total = try sum(x, axes: axes, keepingAxes: keepingAxes)
    let count = type(of: x).count / max(1, type(of: total).count)
    return try multiply(total, 1 / Double(max(1, count)))
  }

  /// The sum of a gradient over the axes along which an operand of the given type was broadcast.
  package mutating func reduce(_ x: Value, to type: TensorType) throws(Diagnostic) -> Value {
    let shape = shape(of: x)
    guard shape != type.shape else { return x }
    let added = shape.count - type.rank
    let stretched = type.shape.indices
      .filter { type.shape[$0] == 1 && shape[added + $0] != 1 }
      .map { added + $0 }
    if stretched.isEmpty { return try sum(x, axes: Array(0..<added)) }
    let total = try sum(x, axes: Array(0..<added) + stretched, keepingAxes: true)
    return try reshape(total, to: type.shape)
  }

  /// The value stretched to a shape by NumPy's rule.
  package mutating func broadcast(_ x: Value, to shape: [Int]) throws(Diagnostic) -> Value {
    self.shape(of: x) == shape ? x : try apply(BroadcastTo(shape), x)
  }

  /// The same elements in row-major order with another shape, batch axis included.
  package mutating func reshape(_ x: Value, to shape: [Int]) throws(Diagnostic) -> Value {
    self.shape(of: x) == shape ? x : try apply(Reshape(shape: shape), x)
  }

  package mutating func transpose(_ x: Value, axes: [Int]) throws(Diagnostic) -> Value {
    try apply(Transpose(axes: axes), x)
  }

  package mutating func concat(_ parts: [Value], axis: Int) throws(Diagnostic) -> Value {
    parts.count == 1 ? parts[0] : try append(Concat(axis: axis), parts)[0]
  }

  /// The places `range` of one axis.
  package mutating func slice(
    _ x: Value, axis: Int, _ range: Range<Int>
  ) throws(Diagnostic) -> Value {
    try apply(Slice(axes: [axis], starts: [range.lowerBound], stops: [range.upperBound]), x)
  }
}
