package import GraphIR
package import Plan

/// Surrounds x with a constant.
///
/// ```yaml
/// - pad: { padding: [1, 1, 2, 2] }                     # top, left, bottom, right of images
/// - pad: { before: [0, 2], after: [0, 0], value: -1 }  # one number an axis
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | y | that of x plus `before` plus `after` |
///
/// Its gradient is the slice in the middle.
package struct Pad: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "pad"
  package static let summary = "x surrounded by a constant"
  package static let category = Category.shape

  package var before: [Int]
  package var after: [Int]
  package var value: Double

  // MARK: Attributes
  package init(before: [Int], after: [Int], value: Double = 0) {
    self.before = before
    self.after = after
    self.value = value
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    before = try attributes.ints("before", default: [], "elements before the first, an axis each")
    after = try attributes.ints("after", default: [], "elements behind the last, an axis each")
    if before.isEmpty && after.isEmpty {
      let given = try attributes.ints(
        "padding", counts: [2, 4],
        "of images: a number, [vertical, horizontal] or [top, left, bottom, right]")
      before = [0, 0] + given.prefix(2)
      after = [0, 0] + given.suffix(2)
    }
    value = try attributes.number("value", default: 0, "what is put around x")
    guard before.count == after.count, (before + after).allSatisfy({ $0 >= 0 }) else {
      throw Diagnostic(.wrongSides(before, after))
    }
  }

  package var attributes: [Attribute] {
    [
      Attribute("before", .integers(before)), Attribute("after", .integers(after)),
      Attribute("value", .real(value)),
    ]
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard inputs[0].rank == before.count else {
      throw Diagnostic(.wrongRank(inputs[0], before, after))
    }
    var type = inputs[0]
    for axis in type.shape.indices { type.shape[axis] += before[axis] + after[axis] }
    return [type]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let shape = graph.shape(of: node.inputs[0])
    let padded = shape.indices.filter { before[$0] + after[$0] > 0 }
    let middle = Slice(
      axes: padded, starts: padded.map { before[$0] },
      stops: padded.map { before[$0] + shape[$0] })
    return [padded.isEmpty ? gradient : try graph.apply(middle, gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let strides = context.strides[1]
    return [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: context.inputs[0].shape,
          sourceStrides: context.strides[0], sourceOffset: 0, targetStrides: strides,
          targetOffset: zip(before, strides).map(*).reduce(0, +), fill: value))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func wrongSides(_ before: [Int], _ after: [Int]) -> Self {
    """
    pad: 'before' and 'after' must have one number of at least 0 for every axis, got \(before) and \
    \(after)
    """
  }

  fileprivate static func wrongRank(
    _ input: TensorType, _ before: [Int], _ after: [Int]
  ) -> Self {
    "pad: \(before) before and \(after) behind do not fit the rank of \(input)"
  }
}
