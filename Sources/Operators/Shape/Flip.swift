package import GraphIR
package import Plan

/// Reverses the order of places along axes.
///
/// ```yaml
/// - flip: { axis: -1 }        # mirrors images left to right
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | y | that of x; y[…, i, …] = x[…, n - 1 - i, …] |
package struct Flip: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "flip"
  package static let summary = "x in reverse order along an axis"
  package static let category = Category.shape

  package var axes: [Int]

  // MARK: Attributes
  package init(axes: [Int]) { self.axes = axes }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axes = try attributes.ints("axis", default: [-1], "the axis, or several")
  }

  package var attributes: [Attribute] { [Attribute("axis", .integers(axes))] }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var seen: Set<Int> = []
    for axis in axes where !seen.insert(try inputs[0].axis(axis, for: name)).inserted {
      throw Diagnostic(.repeatedAxis(axes))
    }
    return [inputs[0]]
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    [try graph.apply(self, gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let shape = context.outputs[0].shape
    var strides = context.strides[0]
    var offset = 0
    for axis in axes.map({ $0 < 0 ? $0 + shape.count : $0 }) {
      offset += (shape[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: shape,
          sourceStrides: strides, sourceOffset: offset, targetStrides: context.strides[1],
          targetOffset: 0))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func repeatedAxis(_ axes: [Int]) -> Self {
    "flip: 'axis' must name every axis once, got \(axes)"
  }
}
