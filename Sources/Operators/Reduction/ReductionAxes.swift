import GraphIR
import Plan

/// The attributes that all reductions share: over which axes, and whether those stay with extent 1.
struct ReductionAxes: Sendable {
  /// Nil for all axes; may be counted from the back.
  var given: [Int]?
  var keepingAxes: Bool

  init(_ given: [Int]?, keepingAxes: Bool) {
    self.given = given
    self.keepingAxes = keepingAxes
  }

  init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    let isGiven = attributes.has("axes")
    let axes = try attributes.ints("axes", default: [], "the axes reduced over; all if not given")
    given = isGiven ? axes : nil
    keepingAxes = try attributes.bool(
      "keepdims", default: false, "whether the axes stay, with extent 1")
  }

  var attributes: [Attribute] {
    (given.map { [Attribute("axes", .integers($0))] } ?? [])
      + (keepingAxes ? [Attribute("keepdims", .bool(true))] : [])
  }

  /// The axes counted from the front, ascending.
  func axes(of input: TensorType) -> [Int] {
    guard let given else { return Array(input.shape.indices) }
    return given.map { $0 < 0 ? $0 + input.rank : $0 }.sorted()
  }

  func outputType(_ input: TensorType, for name: String) throws(Diagnostic) -> TensorType {
    try input.requireFloats(for: name)
    for axis in given ?? [] { _ = try input.axis(axis, for: name) }
    let axes = axes(of: input)
    guard Set(axes).count == axes.count else { throw Diagnostic(.repeatedAxis(axes, name)) }
    return TensorType(input.element, keepingAxes ? keptShape(of: input) : droppedShape(of: input))
  }

  /// The input's shape with extent 1 on the reduced axes.
  func keptShape(of input: TensorType) -> [Int] {
    let axes = axes(of: input)
    return input.shape.indices.map { axes.contains($0) ? 1 : input.shape[$0] }
  }

  private func droppedShape(of input: TensorType) -> [Int] {
    let axes = axes(of: input)
    return input.shape.indices.filter { !axes.contains($0) }.map { input.shape[$0] }
  }

  /// A value of the reduction's output type, stretched back over the reduced axes.
  func stretch(
    _ value: Value, to input: TensorType, in graph: inout Graph
  ) throws(Diagnostic) -> Value {
    try graph.broadcast(graph.reshape(value, to: keptShape(of: input)), to: input.shape)
  }
}

extension Diagnostic.Message {
  fileprivate static func repeatedAxis(_ axes: [Int], _ name: String) -> Self {
    "\(name): 'axes' must name every axis once, got \(axes)"
  }
}
