package import GraphIR

/// Drops axes of extent 1.
///
/// ```yaml
/// - squeeze: { axes: [2, 3] }
/// ```
///
/// | value | shape |
/// |---|---|
/// | x | N×C×1×1 |
/// | y | N×C |
package struct Squeeze: ViewOperator {
  package static let name = "squeeze"
  package static let summary = "x without some axes of extent 1"

  private let axes: [Int]

  // MARK: Attributes
  package init(axes: [Int]) { self.axes = axes }

  package init(_ attributes: inout AttributeReader) throws(Diagnostic) {
    axes = try attributes.ints("axes", "the axes that go")
  }

  package var attributes: [Attribute] { [Attribute("axes", .integers(axes))] }

  // MARK: Shape
  package func outputShape(_ input: TensorType) throws(Diagnostic) -> [Int] {
    var dropped = Set<Int>()
    for axis in axes { dropped.insert(try input.axis(axis, for: name)) }
    for axis in dropped.sorted() where input.shape[axis] != 1 {
      throw Diagnostic(.notOne(axis, input))
    }
    return input.shape.indices.filter { !dropped.contains($0) }.map { input.shape[$0] }
  }
}

extension Diagnostic.Message {
  fileprivate static func notOne(_ axis: Int, _ input: TensorType) -> Self {
    "squeeze drops axes of extent 1, but axis \(axis) of \(input) has \(input.shape[axis])"
  }
}
