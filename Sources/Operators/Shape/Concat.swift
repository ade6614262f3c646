package import GraphIR
package import Plan

/// Puts tensors one behind the other along an axis.
///
/// ```yaml
/// - concat: { from: [noise, ca.c] }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x, … | equal but for `axis` |
/// | y | with the sum of the extents on `axis` |
///
/// The gradient of every part is its slice.
package struct Concat: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "concat"
  package static let summary = "tensors one behind the other along an axis"
  package static let category = Category.shape

  package var axis: Int

  // MARK: Attributes
  package init(axis: Int = 1) { self.axis = axis }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axis = try attributes.int("axis", default: 1, "the axis along which the parts stand")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integer(axis))] }

  // MARK: Shape
  package var arity: Arity { .atLeast(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var type = inputs[0]
    let axis = try type.axis(axis, for: name)
    for input in inputs.dropFirst() {
      guard input.rank == type.rank, input.element == type.element,
        type.shape.indices.allSatisfy({ $0 == axis || input.shape[$0] == type.shape[$0] })
      else { throw Diagnostic(.partsDiffer(inputs, axis: axis)) }
      type.shape[axis] += input.shape[axis]
    }
    return [type]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let axis = try graph.type(of: gradient).axis(axis, for: name)
    var gradients = [Value?]()
    var start = 0
    for input in node.inputs {
      let extent = graph.shape(of: input)[axis]
      gradients.append(try graph.slice(gradient, axis: axis, start..<start + extent))
      start += extent
    }
    return gradients
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let axis = axis < 0 ? axis + context.outputs[0].rank : axis
    let target = context.strides[context.inputs.count]
    var start = 0
    var copies = [KernelCall]()
    for (position, input) in context.inputs.enumerated() {
      copies.append(
        .copy(
          CopyCall(
            source: context.input(position), target: context.output(0), extent: input.shape,
            sourceStrides: context.strides[position], sourceOffset: 0, targetStrides: target,
            targetOffset: start * target[axis])))
      start += input.shape[axis]
    }
    return copies
  }
}

extension Diagnostic.Message {
  fileprivate static func partsDiffer(_ inputs: [TensorType], axis: Int) -> Self {
    """
    concat: the parts may differ on axis \(axis) alone, got \
    \(inputs.map(\.description).joined(separator: ", "))
    """
  }
}
