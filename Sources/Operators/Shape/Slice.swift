package import GraphIR
package import Plan

/// The part of x between two places of one or more axes.
///
/// ```yaml
/// - slice: { axis: 1, start: 0, stop: cond_dim }
/// ```
///
/// Places are counted from 0, or from the back if negative, and `stop` is not included; without it the part goes to the
/// end. Several axes take lists. The gradient is padded with zeros.
///
/// | value | shape |
/// |---|---|
/// | x | any |
/// | y | that of x with extent stop - start on the sliced axes |
package struct Slice: KernelOperator, SingleOutputDifferentiable, NetworkOperator {
  package static let name = "slice"
  package static let summary = "x[start:stop] along an axis"
  package static let category = Category.shape

  package var axes: [Int]
  package var starts: [Int]
  /// Nil where every axis goes to its end.
  package var stops: [Int]?

  // MARK: Attributes
  package init(axes: [Int], starts: [Int], stops: [Int]? = nil) {
    self.axes = axes
    self.starts = starts
    self.stops = stops
  }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let goesToEnd = !attributes.has("stop")
    axes = try attributes.ints("axis", default: [0], "the axis, or several")
    starts = try attributes.ints(
      "start", default: [Int](repeating: 0, count: axes.count), "the first place, an axis each")
    let given = try attributes.ints(
      "stop", default: [], "the place behind the last one, an axis each; the end if not given")
    stops = goesToEnd ? nil : given
    guard starts.count == axes.count, goesToEnd || given.count == axes.count else {
      throw Diagnostic(.countsDiffer(axes: axes, starts: starts, stops: stops))
    }
  }

  package var attributes: [Attribute] {
    [Attribute("axis", .integers(axes)), Attribute("start", .integers(starts))]
      + (stops.map { [Attribute("stop", .integers($0))] } ?? [])
  }

  // MARK: Shape
  package var arity: Arity { .exactly(1) }

  package func outputTypes(_ inputs: [TensorType]) throws(Diagnostic) -> [TensorType] {
    var type = inputs[0]
    for (position, axis) in axes.enumerated() {
      let axis = try inputs[0].axis(axis, for: name)
      let range = range(position, extent: inputs[0].shape[axis])
      guard range.start >= 0, range.start < range.stop, range.stop <= inputs[0].shape[axis] else {
        throw Diagnostic(.emptyOrOutside(inputs[0], axis: axis, range.start, range.stop))
      }
      type.shape[axis] = range.stop - range.start
    }
    guard Set(axes.map { $0 < 0 ? $0 + type.rank : $0 }).count == axes.count else {
      throw Diagnostic(.repeatedAxis(axes))
    }
    return [type]
  }

  private func range(_ position: Int, extent: Int) -> (start: Int, stop: Int) {
    let start = starts[position]
    let stop = stops?[position] ?? extent
    return (start < 0 ? start + extent : start, stop < 0 ? stop + extent : stop)
  }

  /// The first place of every axis of the input.
  package func offsets(in input: TensorType) -> [Int] {
    var offsets = [Int](repeating: 0, count: input.rank)
    for (position, axis) in axes.enumerated() {
      let axis = axis < 0 ? axis + input.rank : axis
      offsets[axis] = range(position, extent: input.shape[axis]).start
    }
    return offsets
  }

  // MARK: Gradient
  package func inputGradients(
    of node: Node, from gradient: Value, in graph: inout Graph
  ) throws(Diagnostic) -> [Value?] {
    let input = graph.type(of: node.inputs[0])
    let before = offsets(in: input)
    let part = graph.shape(of: gradient)
    let after = input.shape.indices.map { input.shape[$0] - before[$0] - part[$0] }
    return [try graph.apply(Pad(before: before, after: after), gradient)]
  }

  // MARK: Lowering
  package func kernels(_ context: LoweringContext) -> [KernelCall] {
    let strides = context.strides[0]
    return [
      .copy(
        CopyCall(
          source: context.input(0), target: context.output(0), extent: context.outputs[0].shape,
          sourceStrides: strides,
          sourceOffset: zip(offsets(in: context.inputs[0]), strides).map(*).reduce(0, +),
          targetStrides: context.strides[1], targetOffset: 0))
    ]
  }
}

extension Diagnostic.Message {
  fileprivate static func countsDiffer(axes: [Int], starts: [Int], stops: [Int]?) -> Self {
    """
    slice: 'axis', 'start' and 'stop' must have one entry an axis, got \(axes), \(starts) and \
    \(stops.map(String.init(describing:)) ?? "none")
    """
  }

  fileprivate static func emptyOrOutside(
    _ input: TensorType, axis: Int, _ start: Int, _ stop: Int
  ) -> Self {
    let extent = input.shape[axis]
    return stop <= start
      ? """
      slice keeps nothing of axis \(axis) of \(input): from \(start) up to \(stop); the axis needs \
      a greater extent than \(extent)
      """
      : "slice: axis \(axis) of \(input) has the places 0 to \(extent - 1), not \(start)..<\(stop)"
  }

  fileprivate static func repeatedAxis(_ axes: [Int]) -> Self {
    "slice: 'axis' must name every axis once, got \(axes)"
  }
}
